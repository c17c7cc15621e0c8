"""What a funnel answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from periplo.analysis.grouping import group_label
from periplo.analysis.result import Definition, Result, Shown
from periplo.language import Lang, duration, number, percent, t
from periplo.vocabulary import event_label


class FunnelStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step. ``customers`` = those of the next step + ``still_open`` + ``dropped``, except for the last step.

    ``rate`` from the first step, ``rate_from_previous`` from the step before. Times run from the step before to this
    one, in seconds; None for the first step and where nobody came.
    """

    name: str
    customers: int
    rate: float
    rate_from_previous: float
    still_open: int
    dropped: int
    median_s: float | None
    p90_s: float | None
    mean_s: float | None


class FunnelGroup(msgspec.Struct, frozen=True):
    """The same steps for the customers whose first step had this value of the property."""

    value: str
    steps: list[FunnelStep]


class FunnelResult(Result, frozen=True, kw_only=True):
    """Customers per step; with ``by`` also per value of a property, as it was at the customer's first step."""

    steps: list[FunnelStep]
    within_s: float
    by: str | None = None
    groups: list[FunnelGroup]

    def rows(self) -> list[Mapping[str, Any]]:
        if self.by is None:
            return [_row(place, step) for place, step in enumerate(self.steps)]
        return [
            {self.by: group.value, **_row(place, step)}
            for group in self.groups
            for place, step in enumerate(group.steps)
        ]

    def to_dict(self) -> dict[str, Any]:
        plain = super().to_dict()
        return plain if self.by else {key: value for key, value in plain.items() if key not in {"by", "groups"}}

    def explain(self, lang: Lang = "en") -> str:
        steps = " → ".join(_name(step, lang) for step in self.steps)
        told = Definition(self.definition.text, self.definition.values | {"steps": steps})
        return f"{told.tell(lang)} {self.evidence.tell(lang)}."

    def shown(self, lang: Lang) -> Shown:
        heads = [t(self.by, lang)] if self.by else []
        heads += [t("step", lang), t("customers", lang), t("of the first", lang), t("of the step before", lang)]
        heads += [t("still open", lang), t("dropped", lang), t("median time", lang)]
        parts = [(None, self.steps), *((group.value, group.steps) for group in self.groups)]
        rows = [
            [*([group_label(self.by, value, lang)] if self.by else []), *_cells(step, lang)]
            for value, steps in parts
            for step in steps
        ]
        bars = [step.rate for _, steps in parts for step in steps]
        return Shown(t("Funnel", lang), heads, rows, 2 if self.by else 1, bars)


def _name(step: FunnelStep, lang: Lang) -> str:
    """English keeps the names that predicates use."""
    return step.name if lang == "en" else event_label(step.name, lang)


def _row(place: int, step: FunnelStep) -> dict[str, Any]:
    return {"step": place + 1, **msgspec.structs.asdict(step)}


def _cells(step: FunnelStep, lang: Lang) -> list[str]:
    return [
        _name(step, lang),
        number(step.customers, lang),
        percent(step.rate, lang),
        percent(step.rate_from_previous, lang),
        number(step.still_open, lang),
        number(step.dropped, lang),
        "" if step.median_s is None else duration(step.median_s, lang),
    ]
