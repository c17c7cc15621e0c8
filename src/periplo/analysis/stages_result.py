"""What the stage flow answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from periplo.analysis.result import Count, Result, Shown, TouchCount
from periplo.errors import UnknownName
from periplo.language import Lang, duration, number, t
from periplo.vocabulary import stage_label


class StageNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """One stage. ``entered`` = ``went_on`` + ``dropped`` + ``still_open``, all customers.

    ``customers``  those whose latest stage event is in it and who have not dropped: they are in it now
    ``median_s, p90_s``  seconds from entering to going on, of those who went on; None where nobody did
    ``entries, exits``   the first touchpoint in the stage; the last one of those who dropped. Each adds up to the
                         customers concerned whose event there is a contact
    ``touchpoints, actions, channels``  events in the stage; ``switches`` changes of channel inside it
    ``content``    page, category, query or product_id -> events in the stage, the most frequent first
    All lists begin with the largest; a ``Count`` without name is all others together.
    """

    id: str
    customers: int
    entered: int
    went_on: int
    dropped: int
    still_open: int
    median_s: float | None
    p90_s: float | None
    events: int
    switches: int
    entries: list[TouchCount]
    exits: list[TouchCount]
    touchpoints: list[TouchCount]
    actions: list[Count]
    channels: list[Count]
    content: dict[str, list[Count]]


class StageFlow(Result, frozen=True, kw_only=True):
    """How customers move through the stages."""

    stages: list[StageNumbers]
    patience_s: float

    def stage(self, name: str) -> StageNumbers:
        """The stage with this id. Raises ``UnknownName``."""
        found = {stage.id: stage for stage in self.stages}
        if name not in found:
            raise UnknownName("stage", name, found)
        return found[name]

    def rows(self) -> list[Mapping[str, Any]]:
        keys = ("id", "customers", "entered", "went_on", "dropped", "still_open", "median_s", "p90_s", "events")
        return [{key: getattr(stage, key) for key in (*keys, "switches")} for stage in self.stages]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("stage", lang), t("entered", lang), t("went on", lang), t("dropped", lang), t("still open", lang)]
        heads += [t("in it now", lang), t("median time", lang), t("90 % within", lang)]
        most = max((stage.entered for stage in self.stages), default=0) or 1
        bars = [stage.entered / most for stage in self.stages]
        return Shown(t("Stages", lang), heads, [_cells(stage, lang) for stage in self.stages], bars=bars)


def _cells(stage: StageNumbers, lang: Lang) -> list[str]:
    counts = (stage.entered, stage.went_on, stage.dropped, stage.still_open, stage.customers)
    times = (stage.median_s, stage.p90_s)
    return [
        stage_label(stage.id, lang),
        *(number(count, lang) for count in counts),
        *("" if time is None else duration(time, lang) for time in times),
    ]
