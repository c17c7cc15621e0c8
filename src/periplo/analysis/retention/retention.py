"""Who comes back, counted from a first event, in calendar periods or in lengths of time (SEMANTICS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np

from periplo.analysis.grouping import Grouping, Together
from periplo.analysis.numbers import share
from periplo.analysis.retention.activity import Activity, begun
from periplo.analysis.retention.calendar import After, Calendar
from periplo.analysis.retention.result import RetentionCell, RetentionCohort, RetentionMean
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.journeys.kernels.retention import BACK, OPEN, returns

Mean = Literal["weighted", "simple"]
ALL = "all"


@dataclass(frozen=True)
class RetentionState:
    """Per group and cohort: ``counts`` [cells, 2, columns] of returns (of those for whom the time is over, and of
    others so far), ``passed`` [cells, periods + 1] of customers with so many periods behind them."""

    counts: I64
    passed: I64


AT_ONCE = 1 << 20
"""So many events are followed at once: what is noted of their customers stays small, however many there are."""


@dataclass(frozen=True)
class Table:
    """Cohorts and their mean, of one group."""

    cohorts: list[RetentionCohort]
    mean: list[RetentionMean]


@dataclass(frozen=True)
class RetentionQuestion:
    """``length_us``: periods after are so long and begin with the customer; 0: they are those of the calendar."""

    start: Activity
    back: Activity
    calendar: Calendar
    after: After
    grouping: Grouping
    length_us: int
    every: bool
    later: bool
    mean: Mean

    def map(self, part: JourneyColumns) -> RetentionState:
        each = [self._follow(block, -1)[:2] for block in part.blocks(AT_ONCE)]
        return reduce(self.merge, (RetentionState(*found) for found in each))

    def merge(self, left: RetentionState, right: RetentionState) -> RetentionState:
        return RetentionState(left.counts + right.counts, left.passed + right.passed)

    def finish(self, state: RetentionState) -> list[tuple[str, Table]]:
        """All customers together (named ""), then each group that has any."""
        shape = len(self.grouping.labels), len(self.calendar.labels)
        counts = state.counts.reshape(*shape, 2, -1)
        passed = state.passed.reshape(*shape, -1)
        whole = ("", self._table(counts.sum(axis=0), passed.sum(axis=0)))
        if isinstance(self.grouping, Together):
            return [whole]
        some = np.flatnonzero(passed.sum(axis=(1, 2)))
        return [whole, *((self.grouping.labels[g], self._table(counts[g], passed[g])) for g in some)]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``retention/<cohort>/<after>/back|so_far|eligible|open`` or ``retention/<cohort>/size``, with ``/<group>``
        where it is split; "all" is every cohort."""
        match ref.split("/", 4):
            case ["retention", cohort, "size", *group]:
                return self._find(columns, cohort, 0, "size", "/".join(group))
            case ["retention", cohort, after, what, *group] if after in self.after.labels:
                return self._find(columns, cohort, self.after.labels.index(after), what, "/".join(group))
        return None

    def _find(self, columns: JourneyColumns, cohort: str, column: int, what: str, group: str) -> I64 | None:
        if cohort not in (ALL, *self.calendar.labels) or (group and group not in self.grouping.labels):
            return None
        _, _, found, cell, customer = self._follow(columns, column)
        wanted = {
            "size": found >= 0,
            "eligible": found & OPEN == 0,
            "open": found & OPEN != 0,
            "back": found == BACK,
            "so_far": found == BACK | OPEN,
        }.get(what)
        if wanted is None:
            return None
        place, period = np.divmod(cell, len(self.calendar.labels))
        if cohort != ALL:
            wanted = wanted & (period == self.calendar.labels.index(cohort))
        if group:
            wanted = wanted & (place == self.grouping.labels.index(group))
        return np.unique(customer[wanted])

    def _follow(self, part: JourneyColumns, wanted: int) -> tuple[Any, Any, Any, I64, I64]:
        """What the kernel answers, and the cell (group x cohort) and customer of each beginning."""
        row, customer, period = begun(part, self.start, self.calendar, every=self.every)
        cohorts, cell = len(self.calendar.labels), period
        if not isinstance(self.grouping, Together):
            cell = self.grouping.codes(part, row) * cohorts + period
        counts, passed, found = returns(
            part.offsets,
            part.time_us,
            self.back.rows(part),
            row,
            customer,
            period,
            cell,
            self.calendar.edges,
            self.length_us,
            self.calendar.over,
            part.until_us,
            self.after.column,
            self.after.ends,
            self.later,
            cohorts * len(self.grouping.labels),
            wanted,
        )
        return counts, passed, found, cell, customer

    def _table(self, counts: I64, passed: I64) -> Table:
        """``counts`` [cohorts, 2, columns], ``passed`` [cohorts, periods + 1] of one group."""
        at_least = passed[:, ::-1].cumsum(axis=1)[:, ::-1]
        eligible, size = at_least[:, self.after.ends], at_least[:, 0]
        some = np.flatnonzero(size)
        cohorts = [self._cohort(int(c), counts[c], eligible[c], int(size[c])) for c in some]
        mean = [self._mean(k, counts[some, 0, k], eligible[some, k]) for k in range(len(self.after.labels))]
        return Table(cohorts, mean)

    def _cohort(self, c: int, counts: I64, eligible: I64, size: int) -> RetentionCohort:
        """Columns that begin after the end of the window are left out."""
        begins = np.concatenate(([0], self.after.ends[:-1]))
        reached = begins + c < len(self.calendar.labels) if not self.length_us else _begun_before(eligible, size)
        cells = [
            _cell(label, int(counts[0, k]), int(counts[1, k]), int(eligible[k]), size)
            for k, label in enumerate(self.after.labels)
            if reached[k]
        ]
        return RetentionCohort(period=self.calendar.labels[c], customers=size, cells=cells)

    def _mean(self, k: int, back: I64, eligible: I64) -> RetentionMean:
        """Over the cohorts with customers for whom the time is over."""
        some = eligible > 0
        rates = back[some] / eligible[some]
        weighted = share(back.sum(), eligible.sum())
        rate = weighted if self.mean == "weighted" else float(rates.mean()) if some.any() else 0.0
        return RetentionMean(
            after=self.after.labels[k],
            rate=rate if some.any() else None,
            customers=int(back.sum()),
            eligible=int(eligible.sum()),
            cohorts=int(some.sum()),
        )


def _begun_before(eligible: I64, size: int) -> Bool:
    """Which columns have begun for anybody: the first, and those after a column that is over for someone."""
    return np.concatenate(([size], eligible[:-1])) > 0


def _cell(after: str, back: int, so_far: int, eligible: int, size: int) -> RetentionCell:
    return RetentionCell(
        after=after,
        customers=back,
        eligible=eligible,
        rate=share(back, eligible) if eligible else None,
        open=size - eligible,
        so_far=so_far,
        complete=eligible == size,
    )
