"""Who begins in which period, and comes back in which one after (SEMANTICS 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U16, U32, Bool
from periplo.journeys.kernels.compiled import kernel

NEVER = -(1 << 62)
"""A moment before all others."""
OPEN, BACK = 2, 1
"""Bits of what became of one who began in one period after."""


@kernel
def matching(code: U16, holds: Bool) -> U32:
    """The rows for which ``holds[code]``, ascending. Without a branch, which could not be guessed."""
    rows = np.empty(len(code) + 1, np.uint32)
    count: Any = np.uint64(0)
    for row in range(np.uint64(len(code))):
        rows[count] = np.uint32(row)
        count += np.uint64(holds[code[row]])
    return rows[:count]


@kernel
def _pace(edges: I64) -> Any:
    """How many periods pass in a microsecond, about: the last has no end."""
    last = len(edges) - 2
    return last / max(np.float64(1), np.float64(edges[last] - edges[0]))


@kernel
def _period(now: int, edges: I64, pace: float) -> Any:
    """The period of a moment: guessed, and mended where periods are not of one length."""
    last = len(edges) - 2
    at: Any = max(np.int64(0), min(last, np.int64((now - edges[0]) * pace)))
    while at > 0 and edges[at] > now:
        at -= 1
    while at < last and edges[at + 1] <= now:
        at += 1
    return at


@kernel
def beginnings(offsets: I64, time_us: I64, person: Bool, rows: U32, edges: I64, every: bool) -> Any:
    """Each person's first event of those in ``rows``: of all, or with ``every`` of each period.

    Period p lasts from ``edges[p]`` up to, not including, ``edges[p + 1]``. Answers int64 arrays: the ``row``, the
    ``customer`` and the ``period`` of each, ascending by row.
    """
    most: Any = np.uint64(len(rows))
    count: Any = np.uint64(0)
    at: Any = np.uint64(0)
    found, owner, period = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    pace, whole = _pace(edges), len(rows) == len(time_us) and not every
    for customer in range(np.uint64(len(offsets) - 1)):
        end: Any = np.uint64(offsets[customer + np.uint64(1)])
        after: Any = np.int64(NEVER)
        while at < most and rows[at] < end:
            now = time_us[rows[at]]
            if now >= after and person[customer]:
                p = _period(now, edges, pace)
                found[count], owner[count], period[count] = rows[at], customer, p
                count += np.uint64(1)
                after = edges[p + 1] if every else edges[len(edges) - 1]
                at = end - np.uint64(1) if whole else at
            at += np.uint64(1)
    return found[:count], owner[:count], period[:count]


@kernel
def _behind(begun: int, period: int, length: int, over: int, until: int, most: int) -> int:
    """How many periods someone who began has behind them, at most so many."""
    passed = (until + 1 - begun) // length if length > 0 else over - period
    return max(0, min(passed, most))


@kernel
def _after(rows: U32, at: Any, limit: Any) -> Any:
    """The first place in ``rows``, from ``at`` on, that is not below the limit."""
    while at < np.uint64(len(rows)) and rows[at] < limit:
        at += np.uint64(1)
    return at


@kernel
def _count(counts: I64, at: int, ends: I64, done: int, first: int, last: int) -> None:
    """One who came back, in the columns from ``first`` to ``last``: in each as over, or so far."""
    for column in range(first, last + 1):
        counts[at + column if ends[column] <= done else at + len(ends) + column] += 1


@kernel
def returns(
    offsets: I64,
    time_us: I64,
    rows: U32,
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

    Coming back is a later event of those in ``rows``. How many periods after: calendar periods between ``edges``
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
    pace, whole = _pace(edges), len(rows) == len(time_us)
    next: Any = np.uint64(0)
    for s in range(len(row)):
        begun, c, p = time_us[row[s]], cell[s], period[s]
        done = _behind(begun, p, length, over, until, most)
        passed[c * (most + 1) + done] += 1
        found[s] = OPEN if ends[wanted] > done else 0
        next = _after(rows, np.uint64(row[s]) if whole else next, np.uint64(row[s] + 1))
        at, end, latest, skip = next, np.uint64(offsets[customer[s] + 1]), -1, begun + 1
        if later:  # the last one decides alone
            at = max(at, _after(rows, at, end) - np.uint64(1))
        while at < np.uint64(len(rows)) and rows[at] < end:
            now = time_us[rows[at]]
            at += np.uint64(1)
            if now < skip:
                continue
            if length > 0:
                k = (now - begun) // length
                skip = begun + (k + 1) * length
            else:
                p = _period(now, edges, pace)
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
