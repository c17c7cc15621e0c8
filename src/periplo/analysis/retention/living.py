"""Lifecycle (new, returning, resurrecting, dormant) and stickiness: both read off who was active when (SEMANTICS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.grouping import Grouping, Together
from periplo.analysis.retention.activity import Activity, begun
from periplo.analysis.retention.calendar import Calendar
from periplo.journeys.columns import I64, JourneyColumns

STATES = ("new", "returning", "resurrecting", "dormant")
NEW, RETURNING, RESURRECTING, DORMANT = range(4)


class Lived(NamedTuple):
    """Each period of each customer in which they were new, back or gone: the ``customer``, what they were (``state``),
    the ``period``, their ``group``."""

    customer: I64
    state: I64
    period: I64
    group: I64


@dataclass(frozen=True)
class _Active:
    """Who was active in which period: customers ascend, and the periods of each."""

    customer: I64
    period: I64
    first: I64
    group: I64

    @classmethod
    def of(cls, part: JourneyColumns, activity: Activity, calendar: Calendar, grouping: Grouping) -> _Active:
        """``first``: the place of each customer's first period; ``group`` of each place, as it was at the first."""
        row, customer, period = begun(part, activity, calendar, every=True)
        begins = np.flatnonzero(np.diff(customer, prepend=-1))
        times = np.diff(np.append(begins, len(customer)))
        return cls(customer, period, begins, np.repeat(grouping.codes(part, row[begins]), times))

    @property
    def intervals(self) -> I64:
        """How many periods each customer was active in."""
        return np.diff(np.append(self.first, len(self.customer)))


@dataclass(frozen=True)
class LifecycleQuestion:
    """The answer is int64[groups, states, periods]."""

    activity: Activity
    calendar: Calendar
    grouping: Grouping

    def map(self, part: JourneyColumns) -> I64:
        lived, shape = self.lived(part), (len(self.grouping.labels), len(STATES), len(self.calendar.labels))
        cell = (lived.group * shape[1] + lived.state) * shape[2] + lived.period
        return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)

    def merge(self, left: I64, right: I64) -> I64:
        return left + right

    def finish(self, state: I64) -> list[tuple[str, I64]]:
        """int64[states, periods]: of all customers (named ""), then of each group that has any."""
        return _of_groups(state, self.grouping)

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``lifecycle/<period>/new|returning|resurrecting|dormant|active``, and ``/<group>``."""
        match ref.split("/", 3):
            case ["lifecycle", period, what, *group] if period in self.calendar.labels and what in (*STATES, "active"):
                if not {*group} <= {*self.grouping.labels}:
                    return None
                lived = self.lived(columns)
                here = lived.period == self.calendar.labels.index(period)
                here &= lived.state != DORMANT if what == "active" else lived.state == STATES.index(what)
                if group:
                    here &= lived.group == self.grouping.labels.index(group[0])
                return np.unique(lived.customer[here])
        return None

    def lived(self, part: JourneyColumns) -> Lived:
        active = _Active.of(part, self.activity, self.calendar, self.grouping)
        gap = np.diff(active.period, prepend=0)
        state = np.where(gap == 1, RETURNING, RESURRECTING)
        state[active.first] = NEW
        # Dormant in the period after one of activity, unless active there too; the window's last has none after it.
        following = np.append(active.period[1:], -1)
        following[active.first[1:] - 1] = -1
        gone = (following != active.period + 1) & (active.period + 1 < len(self.calendar.labels))
        return Lived(
            np.concatenate((active.customer, active.customer[gone])),
            np.concatenate((state, np.full(int(gone.sum()), DORMANT))),
            np.concatenate((active.period, active.period[gone] + 1)),
            np.concatenate((active.group, active.group[gone])),
        )


@dataclass(frozen=True)
class StickinessQuestion:
    """The answer is int64[groups, periods + 1]: customers by the number of periods in which they were active."""

    activity: Activity
    calendar: Calendar
    grouping: Grouping

    def map(self, part: JourneyColumns) -> I64:
        active = _Active.of(part, self.activity, self.calendar, self.grouping)
        shape = len(self.grouping.labels), len(self.calendar.labels) + 1
        cell = active.group[active.first] * shape[1] + active.intervals
        return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)

    def merge(self, left: I64, right: I64) -> I64:
        return left + right

    def finish(self, state: I64) -> list[tuple[str, I64]]:
        return _of_groups(state, self.grouping)

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``stickiness/<intervals>`` or ``stickiness/at_least/<intervals>``, and ``/<group>``."""
        match ref.split("/"):
            case ["stickiness", "at_least", n, *group] if n.isdecimal():
                return self._find(columns, int(n), True, "/".join(group))
            case ["stickiness", n, *group] if n.isdecimal():
                return self._find(columns, int(n), False, "/".join(group))
        return None

    def _find(self, columns: JourneyColumns, n: int, or_more: bool, group: str) -> I64 | None:
        if not 1 <= n <= len(self.calendar.labels) or (group and group not in self.grouping.labels):
            return None
        active = _Active.of(columns, self.activity, self.calendar, self.grouping)
        here = active.intervals >= n if or_more else active.intervals == n
        if group:
            here &= active.group[active.first] == self.grouping.labels.index(group)
        return active.customer[active.first][here]


def _of_groups(state: I64, grouping: Grouping) -> list[tuple[str, I64]]:
    whole = ("", state.sum(axis=0))
    if isinstance(grouping, Together):
        return [whole]
    some = np.flatnonzero(state.reshape(len(state), -1).sum(axis=1))
    return [whole, *((grouping.labels[g], state[g]) for g in some)]
