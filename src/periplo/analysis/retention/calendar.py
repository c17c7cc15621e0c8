"""The periods of a window, which of them are over, and periods after a beginning as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from periplo.analysis.narrowing import DAY_US
from periplo.analysis.periods import Period, last_is_over, periods
from periplo.errors import UsageError
from periplo.journeys.columns import I64, JourneyColumns

MOST_PERIODS = 400
ROLLING_US: dict[Period, int] = {"day": DAY_US, "week": 7 * DAY_US, "month": 30 * DAY_US}
"""Lengths that are counted from a customer's own beginning: 24 hours, 7 and 30 times as many."""


@dataclass(frozen=True)
class Calendar:
    """``edges`` int64[periods + 1] (us): where the periods begin, and where all end; ``over`` of them are."""

    edges: I64
    labels: tuple[str, ...]
    over: int

    @classmethod
    def of(cls, columns: JourneyColumns, zone: str, unit: Period) -> Calendar:
        starts, labels = periods(columns.since_us, columns.until_us, zone, unit)
        over = len(labels) - (not last_is_over(columns.since_us, columns.until_us, zone, unit))
        return cls(np.append(starts, np.iinfo(np.int64).max), labels, over)


@dataclass(frozen=True)
class After:
    """Periods after a beginning as columns: ``labels``, the column of each number of periods, and how many periods
    must be over for each column."""

    labels: tuple[str, ...]
    column: I64
    ends: I64

    @classmethod
    def each(cls, most: int) -> After:
        """A column for each of 0 to ``most`` periods after. Raises ``UsageError`` where there are too many."""
        if not 0 <= most <= MOST_PERIODS:
            raise UsageError("There can be 0 to {most} periods after; there are {n}.", most=MOST_PERIODS, n=most)
        every = np.arange(most + 1)
        return cls(tuple(map(str, range(most + 1))), every, every + 1)

    @classmethod
    def bracketed(cls, edges: Sequence[int]) -> After:
        """Brackets between numbers of periods: 1, 3, 7 are the brackets 0, 1-2 and 3-6. Raises ``UsageError``."""
        bounds = [0, *edges]
        pairs = list(pairwise(bounds))
        if any(b <= a for a, b in pairs) or bounds[-1] > MOST_PERIODS:
            raise UsageError(
                "Brackets are ascending numbers of periods from 1 to {most}, not {given}.",
                fix="With 1, 3 and 7 the brackets are 0, 1-2 and 3-6.",
                most=MOST_PERIODS,
                given=", ".join(map(str, edges)),
            )
        sizes = np.diff(bounds)
        labels = (str(a) if b == a + 1 else f"{a}-{b - 1}" for a, b in pairs)
        return cls(tuple(labels), np.repeat(np.arange(len(sizes)), sizes), np.array(bounds[1:]))
