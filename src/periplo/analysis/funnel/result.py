"""What a funnel answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from periplo.analysis.charts import Chart
from periplo.analysis.condition import name_in
from periplo.analysis.funnel.difference import Difference
from periplo.analysis.funnel.drawn import charts_beside
from periplo.analysis.grouping import group_label
from periplo.analysis.result import Count, Result, Shown
from periplo.language import Lang, duration, number, percent, t

SHOWN_AT_STEP = ("name", "customers", "rate", "rate_from_previous", "still_open", "dropped")
TIMES = ("median_s", "p90_s", "mean_s")


class TimeBin(msgspec.Struct, frozen=True):
    """How many took from ``from_s`` up to, not including, ``to_s`` seconds; the last bin has no end."""

    from_s: float
    to_s: float | None
    n: int


class FunnelStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step. ``customers`` (sessions or attempts, as the funnel counts) = those of the next step that is not
    optional + ``still_open`` + ``dropped``, except for the last step. An ``optional`` step has those who took it on
    their way to the next one.

    ``rate`` from the first step, ``rate_from_previous`` from the step before that is not optional; so are the times,
    in seconds, None for the first step and where nobody came. ``histogram`` of these times, where asked; ``next``:
    what the dropped did after this step, where asked, the Count without a name being all others.
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
    optional: bool = False
    histogram: list[TimeBin] = []
    next: list[Count] = []


class FunnelTime(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From the first step to the last, in seconds, of those who took all; None where nobody did."""

    median_s: float | None
    p90_s: float | None
    mean_s: float | None
    histogram: list[TimeBin] = []


class FunnelMoney(msgspec.Struct, frozen=True, kw_only=True):
    """What those who took all steps paid in one currency: ``orders`` with a known amount, ``revenue_minor`` together
    (minor units), their ``mean_minor``; ``unknown`` events carry no amount. Currencies are never added."""

    currency: str
    orders: int
    revenue_minor: int
    mean_minor: float | None
    unknown: int


class FunnelPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Those whose first step lies in a ``period``: ``entered``, and ``converted`` by the last step. ``complete`` when
    the window of all of them is over."""

    period: str
    entered: int
    converted: int
    rate: float
    complete: bool


class FunnelGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same steps for the customers with one value of the property. ``difference``: of the rate of the last step,
    from that of all other groups together, or of the one given as ``against``."""

    value: str
    steps: list[FunnelStep]
    difference: Difference | None = None
    money: list[FunnelMoney] = []


class FunnelResult(Result, frozen=True, kw_only=True, omit_defaults=True):
    """Customers per step; with ``by`` also per value of a property. ``unit``: what is counted, if not customers."""

    steps: list[FunnelStep]
    within_s: float
    time: FunnelTime
    unit: str = "customer"
    order: str = "ordered"
    by: str | None = None
    groups: list[FunnelGroup] = msgspec.field(default_factory=list)
    money: list[FunnelMoney] = msgspec.field(default_factory=list)
    trend: list[FunnelPeriod] = msgspec.field(default_factory=list)

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
        return plain | {"groups": plain.get("groups", [])} if self.by else plain

    def shown(self, lang: Lang) -> Shown:
        heads = [t(self.by, lang)] if self.by else []
        units = {"customer": t("customers", lang), "session": t("sessions", lang), "attempt": t("attempts", lang)}
        heads += [t("step", lang), units[self.unit], t("of the first", lang), t("of the step before", lang)]
        heads += [t("still open", lang), t("dropped", lang), t("median time", lang)]
        parts: list[tuple[str | None, Sequence[FunnelStep]]] = [(None, self.steps)]
        parts += [(group.value, group.steps) for group in self.groups]
        rows = [
            [*([group_label(self.by, value, lang)] if self.by else []), *self._cells(place, step, lang)]
            for value, steps in parts
            for place, step in enumerate(steps)
        ]
        bars = [step.rate for _, steps in parts for step in steps]
        return Shown(t("Funnel", lang), heads, rows, 2 if self.by else 1, bars)

    def charts(self, lang: Lang) -> list[Chart]:
        names = [self._name(place, step, lang) for place, step in enumerate(self.steps)]
        return [*super().charts(lang), *charts_beside(self, names, lang)]

    def _name(self, place: int, step: FunnelStep, lang: Lang) -> str:
        if self.order == "any":
            return t("{n} of {steps} {steps:step|steps}", lang, n=place + 1, steps=len(self.steps))
        name = name_in(step.name, lang)
        return t("{name} (optional)", lang, name=name) if step.optional else name

    def _cells(self, place: int, step: FunnelStep, lang: Lang) -> list[str]:
        return [
            self._name(place, step, lang),
            number(step.customers, lang),
            percent(step.rate, lang),
            percent(step.rate_from_previous, lang),
            number(step.still_open, lang),
            number(step.dropped, lang),
            "" if step.median_s is None else duration(step.median_s, lang),
        ]


def _row(place: int, step: FunnelStep) -> dict[str, Any]:
    return {"step": place + 1, **{name: getattr(step, name) for name in (*SHOWN_AT_STEP, *TIMES)}}
