"""Who begins in which period, and comes back in which one after (SEMANTICS 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U16, Bool
from periplo.journeys.kernels.compiled import kernel

NEVER = -(1 << 62)
"""A moment before all others."""
OPEN, BACK = 2, 1
"""Bits of what became of one who began in one period after."""


@kernel
def beginnings(offsets: I64, time_us: I64, person: Bool, code: U16, holds: Bool, edges: I64, every: bool) -> Any:
    """Each person's first event for which ``holds[code]``: of all, or with ``every`` of each period.

    Period p lasts from ``edges[p]`` up to, not including, ``edges[p + 1]``. Answers int64 arrays: the ``row``, the
    ``customer`` and the ``period`` of each, ascending by row.
    """
    most, last = len(code) if every else len(offsets) - 1, len(edges) - 2
    rows, owner, period = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    length = max((edges[last] - edges[0]) // last, 1) if last else 1  # of a period, about: the last has no end
    count = 0
    for customer in range(len(offsets) - 1):
        end = np.int64(NEVER)
        for row in range(np.uint64(offsets[customer]), np.uint64(offsets[customer + 1] if person[customer] else 0)):
            if not holds[code[row]] or time_us[row] < end:
                continue
            at = max(0, min(last, (time_us[row] - edges[0]) // length))
            while at > 0 and edges[at] > time_us[row]:
                at -= 1
            while at < last and edges[at + 1] <= time_us[row]:
                at += 1
            rows[count], owner[count], period[count] = np.int64(row), customer, at
            count += 1
            if not every:
                break
            end = edges[at + 1]
    return rows[:count], owner[:count], period[:count]


@kernel
def _behind(begun: int, period: int, length: int, over: int, until: int, most: int) -> int:
    """How many periods someone who began has behind them, at most so many."""
    passed = (until + 1 - begun) // length if length > 0 else over - period
    return max(0, min(passed, most))


@kernel
def _last(code: U16, holds: Bool, first: int, last: int) -> int:
    """The last row before ``last`` that holds, or ``last`` where none does from ``first`` on."""
    for row in range(last - 1, first - 1, -1):
        if holds[code[row]]:
            return row
    return last


@kernel
def _count(counts: I64, at: int, ends: I64, done: int, first: int, last: int) -> None:
    """One who came back, in the columns from ``first`` to ``last``: in each as over, or so far."""
    for column in range(first, last + 1):
        counts[at + column if ends[column] <= done else at + len(ends) + column] += 1


@kernel
def returns(
    offsets: I64,
    time_us: I64,
    code: U16,
    holds: Bool,
    row: I64,
    customer: I64,
    period: I64,
    cell: I64,
    edges: I64,
    length: int,
    over: int,
    until: int,
    column: I64,
    ends: I64,
    later: bool,
    cells: int,
    wanted: int,
) -> Any:
    """Who of those that began at ``row``, in ``period``, came back, and when.

    Coming back is a later event for which ``holds[code]``. How many periods after: calendar periods between ``edges``
    (us), of which ``over`` are over; or with ``length`` > 0 so many whole lengths (us) since the beginning, over
    where they end by ``until``. ``column[k]`` is the column of k periods after, ascending; column c is over once
    ``ends[c]`` periods are. With ``later`` one who came back counts in all columns up to that of the last return.

    Answers, flat, ``counts`` int64[cells, 2, columns]: those for whom the column is over, and others so far; ``passed``
    int64[cells, ends[-1] + 1]: how many have so many periods behind them; ``found`` uint8: what became of each in the
    column ``wanted`` (-1: the last).
    """
    columns, most = len(ends), ends[len(ends) - 1]
    counts = np.zeros(cells * 2 * columns, np.int64)
    passed = np.zeros(cells * (most + 1), np.int64)
    found = np.zeros(len(row), np.uint8)
    for s in range(len(row)):
        begun, c, p = time_us[row[s]], cell[s], period[s]
        done = _behind(begun, p, length, over, until, most)
        passed[c * (most + 1) + done] += 1
        found[s] = OPEN if ends[wanted] > done else 0
        first, last, latest, skip = row[s] + 1, offsets[customer[s] + 1], -1, begun + 1
        if later:
            first = _last(code, holds, first, last)  # it decides alone
        for at in range(np.uint64(first), np.uint64(last)):
            if not holds[code[at]] or time_us[at] < skip:
                continue
            if length > 0:
                k = (time_us[at] - begun) // length
                skip = begun + (k + 1) * length
            else:
                while time_us[at] >= edges[p + 1]:
                    p += 1
                k, skip = p - period[s], edges[p + 1]
            if k >= len(column) and not later:
                break
            reached = column[min(k, len(column) - 1)]
            if reached > latest:
                begin = 0 if later else reached
                _count(counts, c * 2 * columns, ends, done, begin, reached)
                if begin <= wanted <= reached:
                    found[s] |= BACK
            latest = reached
    return counts, passed, found
