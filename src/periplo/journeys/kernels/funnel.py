"""The ordered funnel that carries the latest valid start (SEMANTICS 4), exactly, also at equal timestamps.

Invariant: ``start[k]`` is the latest start among all chains of distinct events, in time order, that serve steps
0..k within the window. Starts never grow with k and never shrink with time, so one start per step is enough; and
going back from the event that was reached furthest, the latest event for each step before it gives that chain.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U16, U32, Bool
from periplo.journeys.kernels.compiled import kernel

Codes = U16 | U32
BLOCK = 1 << 15
"""So many rows are sifted at once: what is noted of them stays in the core's own cache."""
NEVER = -(1 << 62)
"""A moment before all others."""
NO_STEP = 255
"""What ``least[code]`` is for an event that serves no step."""
FIRST_STEP: Any = np.int64(0)
"""The first step, to be given to helpers: for the literal 0 they would be compiled once more."""


@kernel
def _place(step: int, bits: U32, owner: I64, tried: Bool) -> bool:
    """Find an event for ``step`` among equal-timed ones, moving other steps to another event where needed."""
    for e in range(len(bits)):
        if bits[e] >> step & 1 and not tried[e]:
            tried[e] = True
            if owner[e] < 0 or _place(owner[e], bits, owner, tried):
                owner[e] = step
                return True
    return False


@kernel
def serve(step: int, least: int, bits: U32, who: I64) -> int:
    """The lowest step ``a``, not below ``least``, such that distinct ones of the equal-timed events ``bits`` serve
    a..step; ``step + 1`` where none serves it. Fills ``who[a:step + 1]`` with their places."""
    if len(bits) == 1:
        who[step] = 0
        return step if bits[0] >> step & 1 else step + 1
    owner = np.full(len(bits), -1, np.int64)
    lowest = step + 1
    while lowest > least and _place(lowest - 1, bits, owner, np.zeros(len(bits), np.bool_)):
        lowest -= 1
    for e in range(len(bits)):
        if owner[e] >= 0:
            who[owner[e]] = e
    return lowest


@kernel
def _served(code: Codes, begin: int, after: int, bits: U32) -> U32:
    """The steps that each of the rows ``begin:after`` may serve."""
    served = np.empty(after - begin, np.uint32)
    for e in range(after - begin):
        served[e] = bits[code[begin + e]]
    return served


@kernel
def _matched(level: int, now: int, within: int, bits: U32, start: I64, who: I64) -> int:
    """The level after an instant at which an event may serve several steps; from the last step down, so that every
    step builds on what stood before."""
    reached = level
    for step in range(min(level + len(bits), len(start)) - 1, -1, -1):
        lowest = serve(step, FIRST_STEP, bits, who)
        if lowest > step:
            continue
        if lowest == 0:
            start[step] = now
        elif lowest <= level and now - start[lowest - 1] <= within:
            start[step] = start[lowest - 1]
        else:
            continue
        if step >= reached:
            reached = step + 1
    return reached


@kernel
def _after(
    level: int, now: int, within: int, begin: int, after: int, code: Codes, bits: U32, start: I64, who: I64
) -> int:
    """The level after the instant of the rows ``begin:after``; where each serves one step, from the first step up."""
    served, several = np.uint32(0), np.uint32(0)
    for row in range(begin, after):
        one = bits[code[row]]
        served |= one
        several |= one & (one - np.uint32(1))
    if several:
        return _matched(level, now, within, _served(code, begin, after, bits), start, who)
    for step in range(len(start)):
        if step > level:
            break
        if served >> step & 1:
            if step == 0:
                start[0] = now
            elif now - start[step - 1] <= within:
                start[step] = start[step - 1]
            else:
                continue
            if step == level:
                level = step + 1
    return level


@kernel
def instant(row: int, first: int, end: int, time_us: I64) -> Any:
    """The rows between ``first`` and ``end`` with the same time as ``row``: the first of them, and the one after."""
    begin, after = row, row + 1
    while begin > first and time_us[begin - 1] == time_us[row]:
        begin -= 1
    while after < end and time_us[after] == time_us[row]:
        after += 1
    return begin, after


@kernel
def _go_back(
    level: int, row: int, first: int, end: int, time_us: I64, code: Codes, bits: U32, who: I64, out: I64, at: int
) -> None:
    """Fills ``out[at:]`` with the rows that took a customer to ``level`` at ``row``, each the latest before the
    next."""
    step = level - 1
    while True:
        begin, after = instant(row, first, end, time_us)
        if after - begin == 1:
            out[at + step] = row
        else:
            lowest = serve(step, FIRST_STEP, _served(code, begin, after, bits), who)
            for k in range(lowest, step + 1):
                out[at + k] = begin + who[k]
            step = lowest
        if step == 0:
            return
        step, row = step - 1, begin - 1
        while not bits[code[row]] >> step & 1:
            row -= 1


@kernel
def _sift(first: int, end: int, code: Codes, marks: U32, near: U32, before: U32) -> None:
    """Put the rows from ``first`` to ``end`` that serve a step into ``near``: the row, counted from ``first``, times
    32, and its first step. Per row, and for the end, note what lies ``before`` it: how many of these rows, times
    2**16, and how many of them serve nothing but the first step. ``marks`` has both per code, times 32, and the step.

    Without a branch: whether an event serves a step cannot be guessed, and a wrong guess costs more than the rest.
    And with indices that cannot be negative, as the others are looked at twice.
    """
    count, begin = np.uint32(0), np.uint64(first)
    for row in range(np.uint64(0), np.uint64(end) - begin):
        mark = marks[code[begin + row]]
        before[row] = count
        near[np.uint64(count >> np.uint32(16))] = np.uint32(row << np.uint64(5)) | mark & np.uint32(31)
        count += mark >> np.uint32(5)
    before[np.uint64(end) - begin] = count


@kernel
def _in_step_order(near: U32, low: int, high: int, moment: I64) -> Any:
    """Sort ``near[low:high]`` by time, step and row, and leave out all but the first that serve a step at an instant;
    answers the new end. ``moment`` are the times of the rows."""
    end: Any = low
    for at in range(low, high):
        one, to = near[at], end
        now = moment[one >> 5]
        while to > low and moment[near[to - 1] >> 5] == now and near[to - 1] & 31 > one & 31:
            to -= 1
        if to > low and moment[near[to - 1] >> 5] == now and near[to - 1] & 31 == one & 31:
            continue
        for place in range(end, to, -1):
            near[place] = near[place - 1]
        near[to] = one
        end += 1
    return end


@kernel
def _furthest(near: U32, low: int, high: int, moment: I64, within: int, chain: I64) -> Any:
    """How far the events ``near[low:high]`` take a customer, the place of the one that did it, and whether those of
    one instant are out of step order, so that this does not hold. ``chain[k]`` becomes the start of the latest chain
    of k steps; that of none is now, so that the first step is as all others."""
    level: Any = np.uint64(0)
    last: Any = np.uint64(low)
    tied, before = False, near[np.uint64(low)]
    for at in range(np.uint64(low), np.uint64(high)):
        here = near[at]
        step, former = np.uint64(here & np.uint32(31)), before
        before = here
        if step > level:
            continue
        now = moment[np.uint64(here >> np.uint32(5))]
        then = moment[np.uint64(former >> np.uint32(5))]
        tied |= (now == then) & (former != here) & (step <= np.uint64(former & np.uint32(31)))
        chain[np.uint64(0)] = now
        if now - chain[step] <= within:
            chain[step + np.uint64(1)] = chain[step]
            if step == level:
                level, last = step + np.uint64(1), at
    return np.int64(level), last, tied


@kernel
def _slowly(
    first: int, end: int, time_us: I64, code: Codes, least: U8, bits: U32, within: int, start: I64, who: I64
) -> Any:
    """How far the rows ``first:end`` take a customer, whatever they serve and however many, and the row that did it."""
    level: Any = np.int64(0)
    last, row = first, first
    while row < end and level < len(start):
        if least[code[row]] > level:
            row += 1
            continue
        before = level
        begin, after = instant(row, first, end, time_us)
        level = _after(level, time_us[row], within, begin, after, code, bits, start, who)
        if level > before:
            last = row
        row = after
    return level, last


@kernel
def _marks(least: U8, bits: U32) -> Any:
    """Per code what ``_sift`` wants to know, and whether an event serves several steps."""
    marks, several = np.empty(len(bits), np.uint32), False
    for code in range(len(bits)):
        serves, starts = np.uint32(bits[code] != 0), np.uint32(bits[code] == 1)
        marks[code] = (serves << np.uint32(16) | starts) << np.uint32(5) | least[code] & np.uint32(31)
        several |= (bits[code] & (bits[code] - np.uint32(1))) != 0
    return marks, several


@kernel
def funnel(  # noqa: C901 (one pass, without calls for what is usual)
    offsets: I64, time_us: I64, person: Bool, code: Codes, least: U8, bits: U32, steps: int, within: int, until: int,
    customers: I64, rows: I64, times: I64,
) -> Any:  # fmt: skip
    """How far each customer got who took a step.

    ``bits[code[row]]`` has bit k set where the event may serve step k, and ``least[code[row]]`` is the first such
    step. Answers, per such customer: the ``level``, how many steps (uint8); ``still_open`` whether there is a further
    step and the window of the latest chain of that many was not over at ``until`` (us). Fills ``customers`` with who
    they are and, one after another, ``rows`` that served their steps when that many were first reached, and their
    ``times``: room for all customers and all rows; and answers how many rows it filled.
    """
    level, still_open = np.empty(len(customers), np.uint8), np.empty(len(customers), np.bool_)
    near, before = np.empty(BLOCK, np.uint32), np.empty(BLOCK + 1, np.uint32)
    marks, several = _marks(least, bits)
    found: Any = np.int64(0)  # a plain 0 would compile what it is given to once more, for the literal
    used: Any = np.int64(0)
    chain, who = np.zeros(steps + 1, np.int64), np.zeros(steps, np.int64)
    block, sifted, moment = 0, 0, time_us
    for customer in range(np.uint64(0), np.uint64(len(offsets) - 1)):
        first, end = offsets[customer], offsets[customer + np.uint64(1)]
        if several or end - first > BLOCK:
            if not person[customer]:
                continue
            reached, last = _slowly(first, end, time_us, code, least, bits, within, chain[1:], who)
            if reached:
                _go_back(reached, last, first, end, time_us, code, bits, who, rows, used)
                for k in range(used, used + reached):
                    times[k] = time_us[rows[k]]
        else:
            if end > sifted:
                block, sifted = first, min(first + BLOCK, len(time_us))
                moment = time_us[block:sifted]
                _sift(block, sifted, code, marks, near, before)
            until_first, until_end = before[np.uint64(first - block)], before[np.uint64(end - block)]
            some = until_end - until_first
            if not some & np.uint32(0xFFFF) or not person[customer]:  # whoever never began is nowhere
                continue
            low: Any = np.int64(until_first >> np.uint32(16))
            high: Any = np.int64(until_end >> np.uint32(16))
            if some >> np.uint32(16) == some & np.uint32(0xFFFF):
                reached, chain[1] = np.int64(1), moment[near[high - 1] >> np.uint32(5)]
                row = np.int64(near[low] >> np.uint32(5))
                rows[used], times[used] = block + row, moment[row]
            else:
                reached, at, tied = _furthest(near, low, high, moment, within, chain)
                if tied:
                    high = _in_step_order(near, low, high, moment)
                    reached, at, _ = _furthest(near, low, high, moment, within, chain)
                for k in range(reached - 1, -1, -1):
                    while near[at] & np.uint32(31) != np.uint32(k):
                        at -= np.uint64(1)
                    place = np.uint64(near[at] >> np.uint32(5))
                    rows[used + k], times[used + k] = block + np.int64(place), moment[place]
        if reached:
            customers[found], level[found] = np.int64(customer), reached
            still_open[found] = reached < steps and chain[reached] + within >= until
            found, used = found + 1, used + reached
    return level[:found], still_open[:found], used
