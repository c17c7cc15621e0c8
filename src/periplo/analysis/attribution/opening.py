"""The customers behind a number of attribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis.attribution.models import MODELS, Model
from periplo.analysis.attribution.question import AttributionQuestion, Walked
from periplo.analysis.attribution.result import NO_TOUCH
from periplo.analysis.result import Opener
from periplo.journeys.columns import I64, Bool, JourneyColumns

TOTALS = ("conversions", "ended", "still_open")
NUMBERS = ("took_part", "assisted", *MODELS)


def opener(asked: AttributionQuestion, columns: JourneyColumns) -> Opener:
    """Opens ``attribution/<total>`` and ``attribution/<number>/<name>``, and ``/<group>`` of each."""

    def find(ref: str) -> I64 | None:
        name: str | None = ""
        match ref.split("/", 2):
            case ["attribution", what, *rest] if what in TOTALS:
                group = rest[0] if rest else None
            case ["attribution", what, given] if what in NUMBERS:
                name, group = _parted(given, (*asked.kinds.labels, NO_TOUCH), asked.groups.labels)
            case _:
                return None
        if name is None or group not in (None, *asked.groups.labels):
            return None
        walked, kind = asked.walk(columns)
        paths = _paths(asked, columns, walked, kind, what, name)
        if group is not None:
            paths &= asked.group(columns, walked) == asked.groups.labels.index(group)
        owner = np.searchsorted(columns.offsets, walked.anchor[paths], "right") - 1
        return np.unique(owner)

    return find


def _parted(text: str, names: Sequence[str], groups: Sequence[str]) -> tuple[str | None, str | None]:
    """The name, and the group after it; both may hold slashes."""
    if text in names:
        return text, None
    for group in groups:
        if text.endswith(f"/{group}") and text.removesuffix(f"/{group}") in names:
            return text.removesuffix(f"/{group}"), group
    return None, None


def _paths(
    asked: AttributionQuestion, columns: JourneyColumns, walked: Walked, kind: I64, what: str, name: str
) -> Bool:
    """Which paths are behind a number."""
    converted = walked.at >= 0
    match what:
        case "conversions":
            return converted
        case "ended":
            return ~converted
        case "still_open":
            return asked.waiting(columns, walked)
    if name == NO_TOUCH:
        bare: Bool = converted & (walked.low == walked.high) & (what != "assisted")
        return bare
    wanted = asked.kinds.labels.index(name)
    if what == "assisted":
        last = asked.credited(walked, kind, wanted, "last")
        return asked.credited(walked, kind, wanted, "linear") & ~last
    model: Model = next((each for each in MODELS if each == what), "linear")
    return asked.credited(walked, kind, wanted, model)
