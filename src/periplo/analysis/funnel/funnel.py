"""The funnel as ``map``, ``merge`` and ``finish`` (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from periplo.analysis.funnel.attempts import follow
from periplo.analysis.funnel.beside import Afterwards, Money, Trend
from periplo.analysis.funnel.difference import Difference, difference
from periplo.analysis.funnel.result import FunnelGroup, FunnelPeriod, FunnelStep, FunnelTime, TimeBin
from periplo.analysis.funnel.result import FunnelMoney as Paid
from periplo.analysis.funnel.rules import Rules
from periplo.analysis.funnel.touch import Touch
from periplo.analysis.grouping import OTHER, largest
from periplo.analysis.numbers import MEDIAN_AND_P90, grouped_means, quantiles_of, seconds, share
from periplo.analysis.result import Count
from periplo.journeys.columns import F64, I64, JourneyColumns
from periplo.journeys.kernels.funnel_times import lags
from periplo.journeys.kernels.quantiles import grouped

MOST_GROUPS = 20
AT_ONCE = 1 << 21
"""So many events are looked at once: what they need is small enough for memory that was used before, while large blocks
are asked of the system anew each time, page by page."""
BINS_S = tuple(
    [1, 10, 30, *(60 * minutes for minutes in (1, 2, 5, 10, 30)), *(3600 * hours for hours in (1, 3, 6, 12, 24))]
    + [86400 * days for days in (2, 3, 7, 14, 30, 60, 90, 180, 365)]
)
"""Where bins of a histogram of times begin, after the first at 0."""


@dataclass(frozen=True)
class FunnelState:
    """``reached``, ``still_open`` int64[groups, steps]; the time (us) from the needed step before of each step taken,
    with its step and group, where step 0 is the whole way of those who took all; ``beside`` what else was counted."""

    reached: I64
    still_open: I64
    time: I64
    step: I64
    group: I64
    beside: tuple[I64, ...]


@dataclass(frozen=True)
class Told:
    """The steps of one group, with its times and money."""

    label: str
    steps: list[FunnelStep]
    time: FunnelTime
    money: list[Paid]


@dataclass(frozen=True)
class Answered:
    """All together (named "") and then each group, the largest first, all smaller ones as "other"; and the trend."""

    told: list[Told]
    periods: list[FunnelPeriod]


@dataclass(frozen=True)
class Funnel:
    """The question. ``against``: the group that others are compared with; None: all others together."""

    rules: Rules
    touch: Touch
    histogram: bool = False
    against: str | None = None
    money: Money | None = None
    trend: Trend | None = None
    afterwards: Afterwards | None = None

    @property
    def beside(self) -> tuple[Money | Trend | Afterwards, ...]:
        return tuple(each for each in (self.money, self.trend, self.afterwards) if each)

    def map(self, part: JourneyColumns) -> FunnelState:
        return _together([self._count(block) for block in part.blocks(AT_ONCE)])

    def merge(self, left: FunnelState, right: FunnelState) -> FunnelState:
        return _together([left, right])

    def _count(self, part: JourneyColumns) -> FunnelState:
        found = follow(part, self.rules)
        group, shape = self.touch.codes(part, found), (len(self.touch.labels), len(self.rules.steps) + 1)
        ends = group * shape[1] + found.level if self.touch.splits else found.level.astype(np.int64)
        exactly = np.bincount(ends, minlength=shape[0] * shape[1]).reshape(shape)
        waiting = np.bincount(ends[found.still_open], minlength=shape[0] * shape[1]).reshape(shape)
        reached = exactly[:, ::-1].cumsum(axis=1)[:, -2::-1]
        for step in self.rules.optional:
            without = group[(found.level > step) & (found.at(step) < 0)]
            reached[:, step] -= np.bincount(without, minlength=shape[0])
        taken = reached.sum(axis=0)
        taken[0] = exactly[:, -1].sum()
        time, chain = lags(found.level, found.rows, found.times, self.rules.since, taken)
        return FunnelState(
            reached,
            waiting[:, 1:],
            time,
            np.repeat(np.arange(len(taken)), taken),
            group[chain] if self.touch.splits else np.zeros(0, np.int64),
            tuple(each.count(part, found, group, shape[0]) for each in self.beside),
        )

    def finish(self, state: FunnelState) -> Answered:
        told = self._told(state)
        return Answered(told, self.trend.tell(state.beside[self.beside.index(self.trend)]) if self.trend else [])

    def _told(self, state: FunnelState) -> list[Told]:
        whole = self._table(state, np.zeros(len(self.touch.labels), np.int64), [""])
        if not self.touch.splits:
            return whole
        kept, place = largest(state.reached[:, 0], MOST_GROUPS)
        labels = [self.touch.labels[group] for group in kept]
        if state.reached[:, 0].sum() > state.reached[kept, 0].sum():
            labels.append(OTHER)
        return [*whole, *self._table(state, place, labels)]

    def groups(self, told: Sequence[Told]) -> list[FunnelGroup]:
        """The groups with how much they differ. ``told`` begins with all together."""
        whole, *each = told
        base = next((one for one in each if one.label == self.against), None)
        return [
            FunnelGroup(value=one.label, steps=one.steps, money=one.money, difference=_differing(one, base, whole))
            for one in each
        ]

    def _table(self, state: FunnelState, place: I64, labels: Sequence[str]) -> list[Told]:
        k, groups = len(self.rules.steps), len(labels)
        reached, still_open = np.zeros((groups + 1, k), np.int64), np.zeros((groups + 1, k), np.int64)
        np.add.at(reached, place, state.reached)
        np.add.at(still_open, place, state.still_open)
        cells = place[state.group] * k + state.step if self.touch.splits else state.step
        values, begin = grouped(cells, state.time, (groups + 1) * k)
        means, ranks = grouped_means(values, begin), quantiles_of((values, begin), MEDIAN_AND_P90)
        times = np.column_stack((ranks, means)).reshape(-1, k, 3)
        bins = self._bins(state, cells, (groups + 1) * k)
        nexts = self._nexts(state) if labels == [""] else [[] for _ in range(k)]
        paid = self._paid(state, place, groups)
        return [
            Told(
                label,
                self._steps(reached[g], still_open[g], times[g], bins[g], nexts),
                FunnelTime(**_times(times[g, 0]), histogram=bins[g][0] if k > 1 else []),
                paid[g],
            )
            for g, label in enumerate(labels)
        ]

    def _steps(
        self, reached: I64, still_open: I64, times: F64, bins: Sequence[list[TimeBin]], nexts: Sequence[list[Count]]
    ) -> list[FunnelStep]:
        needed, since = self.rules.needed.tolist(), self.rules.since
        following = dict(pairwise(needed))
        return [
            FunnelStep(
                name=condition.name,
                customers=int(reached[k]),
                rate=share(reached[k], reached[0]),
                rate_from_previous=share(reached[k], reached[since[k]]),
                still_open=int(still_open[k]),
                dropped=int(reached[k] - reached[following[k]] - still_open[k]) if k in following else 0,
                **_times(times[k] if k else np.full(3, np.nan)),
                optional=k in self.rules.optional,
                histogram=bins[k] if k else [],
                next=nexts[k],
            )
            for k, condition in enumerate(self.rules.steps)
        ]

    def _bins(self, state: FunnelState, cells: I64, most: int) -> list[list[list[TimeBin]]]:
        k = len(self.rules.steps)
        if not self.histogram:
            return [[[] for _ in range(k)] for _ in range(most // k)]
        width = len(BINS_S) + 1
        found = cells * width + bins_of(state.time)
        table = np.bincount(found, minlength=most * width).reshape(most // k, k, width)
        return [[_histogram(row) for row in steps] for steps in table]

    def _nexts(self, state: FunnelState) -> list[list[Count]]:
        if self.afterwards is None:
            return [[] for _ in self.rules.steps]
        return self.afterwards.tell(state.beside[self.beside.index(self.afterwards)])

    def _paid(self, state: FunnelState, place: I64, groups: int) -> list[list[Paid]]:
        if self.money is None:
            return [[] for _ in range(groups)]
        sums = state.beside[self.beside.index(self.money)]
        together = np.zeros((groups + 1, *sums.shape[1:]), np.int64)
        np.add.at(together, place, sums)
        return [self.money.tell(together[g]) for g in range(groups)]


def _together(states: Sequence[FunnelState]) -> FunnelState:
    """The states of neighbouring parts as one."""
    if len(states) == 1:
        return states[0]
    return FunnelState(
        np.sum([each.reached for each in states], axis=0),
        np.sum([each.still_open for each in states], axis=0),
        np.concatenate([each.time for each in states]),
        np.concatenate([each.step for each in states]),
        np.concatenate([each.group for each in states]),
        tuple(np.sum(counts, axis=0) for counts in zip(*(each.beside for each in states), strict=True)),
    )


def bins_of(time: I64) -> I64:
    """The bin of each time (us); a time below 0, which a grace allows, is in the first."""
    return np.searchsorted(np.array(BINS_S) * 1_000_000, time, "right")


def _histogram(row: I64) -> list[TimeBin]:
    """All bins up to the last that has any."""
    edges = [0.0, *map(float, BINS_S)]
    last = int(np.flatnonzero(row).max(initial=-1))
    return [
        TimeBin(edges[place], edges[place + 1] if place < len(BINS_S) else None, int(row[place]))
        for place in range(last + 1)
    ]


def _times(found: F64) -> dict[str, float | None]:
    return dict(zip(("median_s", "p90_s", "mean_s"), map(seconds, found.tolist()), strict=True))


def _differing(one: Told, base: Told | None, whole: Told) -> Difference | None:
    n, a = one.steps[0].customers, one.steps[-1].customers
    if base is one:
        return None
    if base:
        return difference(a, n, base.steps[-1].customers, base.steps[0].customers)
    return difference(a, n, whole.steps[-1].customers - a, whole.steps[0].customers - n)
