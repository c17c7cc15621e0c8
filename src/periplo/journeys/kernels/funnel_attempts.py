"""Funnels with options (SEMANTICS 4): attempts, each followed from its own start.

A journey is a list of entries: the time (us), the steps it may serve (bits) and the exclusions it triggers (bits),
in time order. What an attempt is, and when it ends, is written down in docs/reference/funnels.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U32, Bool
from periplo.journeys.kernels.compiled import kernel
from periplo.journeys.kernels.funnel import FIRST_STEP, instant, serve

ORDERED, STRICT, ANY = 0, 1, 2
LATEST, FIRST, EVERY = 0, 1, 2
COUNT, USED, LEVEL, SOON, STARTED, CAN = range(6)


@kernel
def _take(path: I64, of: int, lowest: int, step: int, begin: int, who: I64) -> None:
    """Row ``step`` of ``path``: what led to the step before ``lowest`` in row ``of``, then the entries of now."""
    for k in range(lowest):
        path[step, k] = path[of, k]
    for k in range(lowest, step + 1):
        path[step, k] = begin + who[k]


@kernel
def _excluded(excluded: U32, begin: int, after: int, between: I64, before: int, level: int) -> bool:
    """Whether an exclusion ends an attempt that had ``before`` steps before this instant and ``level`` after it."""
    for e in range(begin, after):
        for x in range(len(between)):
            if excluded[e] >> x & 1 and before > between[x, 0] and level <= between[x, 1]:
                return True
    return False


@kernel
def _reach(level: int, lowest: int, step: int, begin: int, who: I64, reach: I64) -> int:
    for k in range(max(lowest, level), step + 1):
        reach[k] = begin + who[k]
    return max(level, step + 1)


@kernel
def _look_back(level: int, at: int, floor: int, grace: int, time: I64, bits: U32, steps: int, reach: I64) -> int:
    """The level when entries up to ``grace`` before the step before may serve the next; the earliest of them does."""
    while level < steps:
        found, e = -1, at
        while e >= floor and time[e] >= time[reach[level - 1]] - grace:
            if bits[e] >> level & 1:
                found = e
            e -= 1
        if found < 0:
            break
        reach[level] = found
        level += 1
    return level


@kernel
def _further(level: int, bits: U32, steps: int, who: I64) -> int:
    """The level of an attempt after an instant."""
    for step in range(min(level + len(bits), steps) - 1, level - 1, -1):
        if serve(step, level, bits, who) == level:
            return step + 1
    return level


@kernel
def _ordered(  # noqa: C901
    begin: int,
    floor: int,
    end: int,
    time: I64,
    bits: U32,
    excluded: U32,
    between: I64,
    steps: int,
    limits: I64,
    latest: bool,
    reach: I64,
) -> Any:
    """Follow the attempt that starts at the instant of entry ``begin`` until it ends.

    Answers its level, the entry after its end, and until when (us) it can go on, -1 where it ended. ``reach[k]`` is
    the entry that served step k when the level was reached: with ``latest`` each the latest before the next, else
    the first one. With ``latest`` it also ends where a ``later`` one has got as far, which goes on in its place.
    """
    within, within_step, grace = limits[0], limits[1], limits[2]
    who, path, last = np.zeros(steps, np.int64), np.zeros((steps, steps), np.int64), np.full(steps, -1, np.int64)
    started, row = time[begin], begin
    level: Any = np.int64(0)
    later: Any = np.int64(0)
    while row < end:
        now, before = time[row], level
        fresh = -1
        for k in range(level):
            fresh = max(fresh, last[k] + within_step)
        if now > started + within or (level > 0 and now > fresh):
            return level, row, -1
        _, after = instant(row, row, end, time)
        for step in range(min(level + after - row, steps) - 1, -1, -1):
            lowest = serve(step, 0 if before == 0 else 1, bits[row:after], who)
            for a in range(lowest, step + 1):
                if (a == 0 and before == 0) or (0 < a <= before and last[a - 1] >= now - within_step):
                    _take(path, a - 1, a, step, row, who)
                    last[step] = now
                    level = _reach(level, a, step, row, who, reach)
                    break
        if grace > 0 and level > before:
            level = _look_back(level, after - 1, floor, grace, time, bits, steps, reach)
            for k in range(before, level):
                last[k] = time[reach[k]]
                _take(path, k - 1, k, k, reach[k], np.zeros(steps, np.int64))
        if latest and level > before:
            for k in range(level):
                reach[k] = path[level - 1, k]
        if level == steps:
            return level, after, -1
        if before > 0 and _excluded(excluded, row, after, between, before, level):
            return level, after, -1
        if latest and before > 0 and within_step >= within and grace == 0:
            was, later = later, _further(later, bits[row:after], steps, who)
            if later >= level:
                return level, after, -1
            if was > 0 and _excluded(excluded, row, after, between, was, later):
                later = np.int64(0)
        row = after
    fresh = -1
    for k in range(level):
        fresh = max(fresh, last[k])
    return level, end, min(started + within, fresh + within_step)


@kernel
def _strict(begin: int, end: int, time: I64, bits: U32, steps: int, limits: I64, reach: I64) -> Any:  # noqa: C901
    """The same where no other entry may lie between two steps; entries of one instant go in any order.

    ``alive[k]``: the attempt may go on after step k, because all entries since it started were its steps.
    """
    who, path, alive = np.zeros(steps, np.int64), np.zeros((steps, steps), np.int64), np.zeros(steps, np.bool_)
    _, after = instant(begin, begin, end, time)
    level: Any = np.int64(0)
    for step in range(min(after - begin, steps) - 1, -1, -1):
        if serve(step, FIRST_STEP, bits[begin:after], who) == 0:
            _take(path, FIRST_STEP, FIRST_STEP, step, begin, who)
            alive[step] = True
            level = _reach(level, FIRST_STEP, step, begin, who, reach)
    row, now = after, time[begin]
    while row < end and level < steps:
        if time[row] > min(time[begin] + limits[0], now + limits[1]):
            return level, row, -1
        _, after = instant(row, row, end, time)
        before, going_on, lives = level, np.zeros(steps, np.bool_), False
        for of in range(steps - 1, -1, -1):
            for step in range(min(of + 1 + after - row, steps) - 1, of if alive[of] else steps, -1):
                if serve(step, of + 1, bits[row:after], who) == of + 1:
                    _take(path, of, of + 1, step, row, who)
                    going_on[step] = step - of == after - row
                    lives |= going_on[step]
                    if step >= level:
                        level = step + 1
                        for k in range(level):
                            reach[k] = path[step, k]
                    break
        alive = going_on
        if not lives:
            return level, after if level > before else row, -1
        row, now = after, time[row]
    return level, row, -1 if level == steps else min(time[begin] + limits[0], now + limits[1])


@kernel
def _seat(entry: int, bits: U32, owner: I64, tried: Bool) -> bool:
    """Find a step for an entry, moving other entries to another step where needed."""
    for step in range(len(owner)):
        if bits[entry] >> step & 1 and not tried[step]:
            tried[step] = True
            if owner[step] < 0 or _seat(owner[step], bits, owner, tried):
                owner[step] = entry
                return True
    return False


@kernel
def _any(
    begin: int,
    end: int,
    time: I64,
    bits: U32,
    excluded: U32,
    between: I64,
    steps: int,
    within: int,
    latest: bool,
    reach: I64,
) -> Any:
    """The same for steps in any order. With ``latest``, an attempt ends where a later one is as good: at an event of
    the kind it began with that adds nothing."""
    owner, row = np.full(steps, -1, np.int64), begin
    level: Any = np.int64(0)
    while row < end and level < steps:
        if time[row] > time[begin] + within:
            return level, row, -1
        _, after = instant(row, row, end, time)
        before = level
        for e in range(row, after):
            if level < steps and _seat(e, bits, owner, np.zeros(steps, np.bool_)):
                reach[level] = e
                level += 1
            elif latest and row > begin and bits[e] == bits[begin] and time[begin + 1] > time[begin]:
                return level, row, -1
        if before > 0 and level < steps and _excluded(excluded, row, after, between, before, level):
            return level, after, -1
        row = after
    return level, row, -1 if level == steps else time[begin] + within


@kernel
def _begins(bits: U32, order: int) -> bool:
    """Whether an attempt may begin at an instant: with the first step, or with any in any order."""
    for served in bits:  # noqa: SIM110 (kernels take no generators)
        if served & 1 or (served and order == ANY):
            return True
    return False


@kernel
def _compare(state: I64, level: int, soon: int, started: int, can: int, best: I64, reach: I64) -> None:
    """Keep the better attempt: the furthest, of those the soonest, of those the one that started last."""
    furthest = level == state[LEVEL]
    if level > state[LEVEL] or (furthest and (-soon, started) > (-state[SOON], state[STARTED])):
        state[LEVEL], state[SOON], state[STARTED] = level, soon, started
        for k in range(level):
            best[k] = reach[k]
        state[CAN] = max(can, state[CAN]) if furthest else can
    elif furthest:
        state[CAN] = max(can, state[CAN])


@kernel
def _put(state: I64, unit: int, until: int, best: I64, units: I64, levels: U8, still_open: Bool, rows: I64) -> None:
    """Write the best attempt down, if there is one, and begin anew."""
    level = state[LEVEL]
    if level:
        units[state[COUNT]], levels[state[COUNT]], still_open[state[COUNT]] = unit, level, state[CAN] >= until
        for k in range(level):
            rows[state[USED] + k] = best[k]
        state[COUNT] += 1
        state[USED] += level
        state[LEVEL] = 0


@kernel
def attempts(  # noqa: C901
    offsets: I64,
    unit: I64,
    closes: I64,
    time: I64,
    bits: U32,
    excluded: U32,
    between: I64,
    steps: int,
    limits: I64,
    order: int,
    start: int,
    each: bool,
    until: int,
) -> Any:
    """How far attempts got.

    Journey j is the entries ``offsets[j]:offsets[j + 1]``, belongs to ``unit[j]`` (equal ones lie together) and cannot
    go on after ``closes[j]`` (us). ``between`` int64[x, 2]: exclusion x ends attempts that took the one step and not
    the other. ``limits``: from first to last step, from step to step, and the grace (us). With ``each`` every attempt
    counts, else the best of a unit. Answers, for each that took a step: its ``unit``, the ``level`` it reached
    (uint8), whether it is ``still_open`` at ``until`` (us), and, one after another, the entries that served its steps.
    """
    most = len(time)
    units, levels, still_open = np.empty(most, np.int64), np.empty(most, np.uint8), np.zeros(most, np.bool_)
    rows, reach, best = np.empty(most, np.int64), np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    state, latest = np.zeros(6, np.int64), start == LATEST
    for j in range(len(offsets) - 1):
        row, end, over, floor, done = offsets[j], offsets[j + 1], offsets[j], offsets[j], False
        while row < end:
            begin = row
            _, row = instant(begin, begin, end, time)
            if not _begins(bits[begin:row], order) or (begin < over and not latest):
                continue
            if begin >= over:
                if done and not each:
                    break
                if each:
                    _put(state, unit[j], until, best, units, levels, still_open, rows)
                if each or not latest:
                    floor = over
                done = False
            if order == ORDERED:
                level, after, can = _ordered(
                    begin, floor, end, time, bits, excluded, between, steps, limits, latest, reach
                )
            elif order == STRICT:
                level, after, can = _strict(begin, end, time, bits, steps, limits, reach)
            else:
                level, after, can = _any(begin, end, time, bits, excluded, between, steps, limits[0], latest, reach)
            can = can if level < steps else -1
            _compare(state, level, time[reach[level - 1]], time[begin], min(can, closes[j]), best, reach)
            if not done:
                over = after if level == steps else max(over, after)
                done = level == steps
            if start == FIRST:
                break
        if each or j + 2 == len(offsets) or unit[j + 1] != unit[j]:
            _put(state, unit[j], until, best, units, levels, still_open, rows)
    return units[: state[COUNT]], levels[: state[COUNT]], still_open[: state[COUNT]], rows[: state[USED]]
