"""Figures over time: periods, alone or crossed with another split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.grouping import ByPeriod, Grouping, Together
from periplo.journeys.columns import F64, I64, JourneyColumns

WEEK_US = 7 * 24 * 3600 * 1e6


@dataclass(frozen=True)
class Crossed:
    """Each period with each group of another split; ``labels`` are period/group."""

    periods: ByPeriod
    inner: Grouping

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"{period}/{group}" for period in self.periods.labels for group in self.inner.labels)

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        return self.periods.codes(part, rows) * len(self.inner.labels) + self.inner.codes(part, rows)


def crossed(periods: Grouping, inner: Grouping) -> Grouping:
    """Periods, with another split in each if there is one."""
    if isinstance(inner, Together) or not isinstance(periods, ByPeriod):
        return periods
    return Crossed(periods, inner)


def weeks(grouping: Grouping, part: JourneyColumns, group: I64, since_us: I64) -> F64:
    """The weeks from ``since_us`` to the end, of each ``group`` that is a period only those within it.

    At least one each, or the whole period where it is shorter.
    """
    begins, ends = np.full(len(grouping.labels), part.since_us), np.full(len(grouping.labels), part.until_us)
    periods = grouping.periods if isinstance(grouping, Crossed) else grouping
    if isinstance(periods, ByPeriod):
        each = len(grouping.labels) // len(periods.labels)
        begins = np.repeat(np.maximum(periods.starts, part.since_us), each)
        ends = np.repeat(np.append(periods.starts[1:], part.until_us), each)
    least = np.minimum((ends - begins) / WEEK_US, 1.0) if isinstance(periods, ByPeriod) else np.ones(len(begins))
    lasted = (ends[group] - np.maximum(since_us, begins[group])) / WEEK_US
    found: F64 = np.maximum(lasted, least[group])
    return found
