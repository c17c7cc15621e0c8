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
def funnel(  # noqa: C901 (one pass, without calls for what is usual)
    offsets: I64, time_us: I64, person: Bool, code: Codes, least: U8, bits: U32, steps: int, within: int, until: int
) -> Any:
    """How far each customer got.

    ``bits[code[row]]`` has bit k set where the event may serve step k, and ``least[code[row]]`` is the first such
    step. Answers, per customer: ``reached`` the number of steps (uint8); ``still_open`` whether there is a further
    step and the window of the latest chain of that many was not over at ``until`` (us); and, one customer after
    another, the ``rows`` that served their steps when that many were first reached.
    """
    n = len(offsets) - 1
    reached, still_open = np.zeros(n, np.uint8), np.zeros(n, np.bool_)
    rows = np.empty(len(time_us), np.int64)
    used: Any = np.int64(0)  # a plain 0 would compile what it is given to once more, for the literal
    start, who = np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    for customer in range(n):
        first, end = offsets[customer], offsets[customer + 1] if person[customer] else offsets[customer]
        level: Any = np.int64(0)
        last, row = first, first
        while row < end and level < steps:
            if least[code[row]] > level:
                row += 1
                continue
            now, before, begin, after = time_us[row], level, row, row + 1
            while begin > first and time_us[begin - 1] == now:
                begin -= 1
            while after < end and time_us[after] == now:
                after += 1
            step = np.int64(least[code[row]])
            if after - begin > 1 or bits[code[row]] >> step > 1:
                level = _after(level, now, within, begin, after, code, bits, start, who)
            elif step == 0:
                start[0] = now
                level = max(level, 1)
            elif now - start[step - 1] <= within:
                start[step] = start[step - 1]
                level = max(level, step + 1)
            if level > before:
                last = row
            row = after
        if level:
            if level == 1 and bits[code[last]] & 1:
                rows[used] = last
            else:
                _go_back(level, last, first, end, time_us, code, bits, who, rows, used)
            used += level
            reached[customer] = level
            still_open[customer] = level < steps and start[level - 1] + within >= until
    return reached, still_open, rows[:used]
