"""What lifecycle and stickiness answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Chart, Lines, Series
from periplo.analysis.grouping import group_label
from periplo.analysis.numbers import share
from periplo.analysis.periods import Period
from periplo.analysis.result import Result, Shown
from periplo.analysis.retention.calendar import Calendar
from periplo.journeys.columns import I64
from periplo.language import Lang, number, percent, t


class LifecyclePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Customers of one period. ``active = new + returning + resurrecting``, and the active of the period before are
    ``returning + dormant``. ``complete``: the period is over; who is dormant in one that is not may still come back.
    """

    period: str
    active: int
    new: int
    returning: int
    resurrecting: int
    dormant: int
    complete: bool


class LifecycleGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The same for the customers whose first activity had this value of the property."""

    value: str
    periods: list[LifecyclePeriod]


class Lifecycle(Result, frozen=True, kw_only=True):
    """Customers by what they are in each period."""

    unit: Period
    activity: str
    periods: list[LifecyclePeriod]
    by: str | None = None
    groups: list[LifecycleGroup]

    def rows(self) -> list[Mapping[str, Any]]:
        if not self.by:
            return [msgspec.structs.asdict(each) for each in self.periods]
        return [
            {self.by: group.value} | msgspec.structs.asdict(each) for group in self.groups for each in group.periods
        ]

    def charts(self, lang: Lang) -> list[Chart]:
        """A line for each of what customers can be."""
        sure = next((k for k, each in enumerate(self.periods) if not each.complete), None)
        kinds = ("active", "new", "returning", "resurrecting", "dormant")
        series = [Series(t(kind, lang), [float(getattr(each, kind)) for each in self.periods], sure) for kind in kinds]
        return [Lines(title=t("Lifecycle", lang), points=[each.period for each in self.periods], series=series)]

    def shown(self, lang: Lang) -> Shown:
        heads = [t(self.by, lang)] if self.by else []
        heads += [t(self.unit, lang), t("active", lang), t("new", lang), t("returning", lang)]
        heads += [t("resurrecting", lang), t("dormant", lang)]
        tables = [(None, self.periods), *((group.value, group.periods) for group in self.groups)]
        rows = [
            [*([group_label(self.by, value, lang)] if self.by else []), *_living(each, lang)]
            for value, periods in tables
            for each in periods
        ]
        most = max((each.active for each in self.periods), default=0) or 1
        bars = [each.active / most for _, periods in tables for each in periods]
        return Shown(t("Lifecycle", lang), heads, rows, 2 if self.by else 1, bars)


class StickinessStep(msgspec.Struct, frozen=True, kw_only=True):
    """The customers who were active in exactly so many ``intervals``, and in as many or more; shares of all active."""

    intervals: int
    customers: int
    share: float
    at_least: int
    at_least_share: float


class StickinessGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The same for the customers whose first activity had this value of the property."""

    value: str
    customers: int
    mean: float
    steps: list[StickinessStep]


class Stickiness(Result, frozen=True, kw_only=True):
    """Customers by the number of intervals in which they were active, of ``intervals`` there are; ``mean`` of them.

    ``last_incomplete``: the last interval is not over.
    """

    unit: Period
    activity: str
    intervals: int
    customers: int
    mean: float
    last_incomplete: bool
    steps: list[StickinessStep]
    by: str | None = None
    groups: list[StickinessGroup]

    def rows(self) -> list[Mapping[str, Any]]:
        if not self.by:
            return [msgspec.structs.asdict(each) for each in self.steps]
        return [{self.by: group.value} | msgspec.structs.asdict(each) for group in self.groups for each in group.steps]

    def shown(self, lang: Lang) -> Shown:
        heads = [t(self.by, lang)] if self.by else []
        units = {"day": "active days", "week": "active weeks", "month": "active months"}
        heads += [t(units[self.unit], lang), t("customers", lang), t("share", lang), t("as many or more", lang)]
        tables = [(None, self.steps), *((group.value, group.steps) for group in self.groups)]
        rows = [
            [*([group_label(self.by, value, lang)] if self.by else []), *_sticky(each, lang)]
            for value, steps in tables
            for each in steps
        ]
        bars = [each.at_least_share for _, steps in tables for each in steps]
        return Shown(t("Stickiness", lang), heads, rows, 2 if self.by else 1, bars)


def lifecycle_periods(counts: I64, calendar: Calendar) -> list[LifecyclePeriod]:
    """``counts`` int64[states, periods]."""
    return [
        LifecyclePeriod(
            period=label,
            active=int(counts[:3, p].sum()),
            new=int(counts[0, p]),
            returning=int(counts[1, p]),
            resurrecting=int(counts[2, p]),
            dormant=int(counts[3, p]),
            complete=p < calendar.over,
        )
        for p, label in enumerate(calendar.labels)
    ]


def stickiness_steps(counts: I64) -> list[StickinessStep]:
    """``counts`` int64[intervals + 1]; up to the largest number that somebody reached."""
    whole, at_least = int(counts.sum()), counts[::-1].cumsum()[::-1]
    return [
        StickinessStep(
            intervals=int(n),
            customers=int(counts[n]),
            share=share(counts[n], whole),
            at_least=int(at_least[n]),
            at_least_share=share(at_least[n], whole),
        )
        for n in range(1, len(counts))
        if at_least[n]
    ]


def mean_intervals(counts: I64) -> float:
    return share(float((counts * np.arange(len(counts))).sum()), float(counts.sum()))


def _living(found: LifecyclePeriod, lang: Lang) -> list[str]:
    numbers = (found.active, found.new, found.returning, found.resurrecting, found.dormant)
    return [found.period + ("" if found.complete else " *"), *(number(each, lang) for each in numbers)]


def _sticky(step: StickinessStep, lang: Lang) -> list[str]:
    shares = [percent(step.share, lang), percent(step.at_least_share, lang)]
    return [number(step.intervals, lang), number(step.customers, lang), *shares]
