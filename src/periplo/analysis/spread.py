"""Exact quantiles of any number of values in the memory of a few (docs/adr/0063): where memory is spared, of many is
only counted how they spread, and a second question looks where their quantiles must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from periplo.analysis.numbers import MEDIAN_AND_P90, joined, median_and_p90
from periplo.journeys.columns import F64, I64, U64
from periplo.journeys.kernels.spread import bounds, near
from periplo.operation.shelf import spared_memory

MOST_KEPT = 1 << 18
"""Where memory is spared more values than these, of 16 bytes each, are counted instead, which costs a second look."""
BOUNDS = bounds(7)
"""In 4,096 buckets, 128 to each doubling: of a thousand values hardly more than a few lie where one looks."""


@dataclass(frozen=True)
class Values:
    """Values (from 0 on) by group: themselves (``group``, ``value`` int64[n]), or, of many where memory is spared,
    ``counts`` int64[groups, buckets], how they spread. However they are added up, it comes to the same."""

    groups: int
    group: I64
    value: I64
    counts: I64 | None = None

    def __add__(self, other: Values) -> Values:
        values = joined((self.group, other.group)), joined((self.value, other.value))
        counted = [each.counts for each in (self, other) if each.counts is not None]
        if not counted and (len(values[0]) <= MOST_KEPT or not spared_memory()):
            return Values(self.groups, *values)
        none = np.empty(0, np.int64)
        return Values(self.groups, none, none, sum(counted, self._spread(*values)))

    def ranks(self, look: Callable[[Near], F64]) -> F64:
        """Median and ninth decile of each group: float64[groups, 2], NaN for an empty group; where they were only
        counted, what those find who ``look`` where they must be."""
        if self.counts is None:
            return median_and_p90(self.group, self.value, self.groups)
        return look(Near(*near(self.counts, BOUNDS, MEDIAN_AND_P90)))

    def _spread(self, group: I64, value: I64) -> I64:
        width = len(BOUNDS) - 1
        cells = group * width + np.searchsorted(BOUNDS, value.view(np.uint64), "right") - 1
        return np.bincount(cells, minlength=self.groups * width).reshape(self.groups, width)


@dataclass(frozen=True)
class Near:
    """Where quantiles of groups must be, and at which ``places`` among the values there: see ``kernels/spread.py``."""

    spans: U64
    places: F64

    def found(self, group: I64, value: I64) -> Distinct:
        """The values that lie there."""
        least, width = self.spans[:, ::2], self.spans[:, 1::2]
        kept = (value.view(np.uint64)[:, None] - least[group] < width[group]).any(axis=1)
        return Distinct.of(group[kept], value[kept], np.ones(np.count_nonzero(kept), np.int64))

    def ranks(self, found: Distinct) -> F64:
        """The quantiles float64[groups, wanted], linear between neighbours; NaN for an empty group."""
        answer, ends = np.full(self.places.shape, np.nan), np.searchsorted(found.group, np.arange(len(self.places) + 1))
        for group in np.flatnonzero(~np.isnan(self.places[:, 0])):
            own = slice(ends[group], ends[group + 1])
            value, until, exact = found.value[own], np.cumsum(found.n[own]), self.places[group]
            below = np.floor(exact)
            low, high = (
                value[np.searchsorted(until, np.minimum(at, until[-1] - 1), "right")] for at in (below, below + 1)
            )
            answer[group] = low + (exact - below) * (high - low)
        return answer


@dataclass(frozen=True)
class Distinct:
    """Which values there are in each group, and how often (``n``), int64[m] each, ascending: equal ones take no
    memory."""

    group: I64
    value: I64
    n: I64

    @classmethod
    def of(cls, group: I64, value: I64, n: I64) -> Distinct:
        order = np.lexsort((value, group))
        group, value = group[order], value[order]
        first = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(value, prepend=-1) != 0))
        return cls(group[first], value[first], np.add.reduceat(n[order], first) if len(first) else n)

    def __add__(self, other: Distinct) -> Distinct:
        return Distinct.of(*(joined((getattr(self, name), getattr(other, name))) for name in ("group", "value", "n")))
