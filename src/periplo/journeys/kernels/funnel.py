"""The ordered funnel that carries the latest valid start (SEMANTICS 4), exactly, also at equal timestamps.

Invariant: ``start[k]`` is the latest start among all chains of distinct events, in time order, that serve steps
0..k within the window. Starts never grow with k and never shrink with time, so one start per step is enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U16, U32, Bool
from periplo.journeys.kernels.compiled import kernel


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
def _serve(step: int, row: int, after: int, code: U16, step_bits: U32, rows: I64) -> int:
    """The lowest step ``a`` such that distinct events of ``row:after`` serve a..step; fills ``rows[a:]``."""
    if after - row == 1:
        rows[step] = row
        return step
    size = after - row
    bits, owner = np.empty(size, np.uint32), np.empty(size, np.int64)
    for e in range(size):
        bits[e], owner[e] = step_bits[code[row + e]], -1
    lowest = step + 1
    while lowest > 0 and _place(lowest - 1, bits, owner, np.zeros(size, np.bool_)):
        lowest -= 1
    for e in range(size):
        if owner[e] >= 0:
            rows[owner[e]] = row + e
    return lowest


@kernel
def _advance(step: int, lowest: int, now: int, within: int, level: int, start: I64, path: I64, rows: I64) -> bool:
    """Let the events ``rows[lowest:step + 1]`` of this instant continue the chain that ended before ``lowest``."""
    if lowest > 0 and (lowest > level or now - start[lowest - 1] > within):
        return False
    start[step] = start[lowest - 1] if lowest > 0 else now
    for k in range(lowest):
        path[step, k] = path[lowest - 1, k]
    for k in range(lowest, step + 1):
        path[step, k] = rows[k]
    return True


@kernel
def funnel(offsets: I64, time_us: I64, person: Bool, code: U16, step_bits: U32, steps: int, within: int) -> Any:
    """How far each customer got.

    ``step_bits[code[row]]`` has bit k set where the event may serve step k. Answers, per customer: ``reached`` the
    number of steps (uint8), ``chain`` int64[n, steps] the rows that served them when that many were first reached,
    and ``latest`` the latest start (us) of a chain of that many steps.
    """
    n = len(offsets) - 1
    reached, latest = np.zeros(n, np.uint8), np.zeros(n, np.int64)
    chain = np.empty((n, steps), np.int64)
    start, path, rows = np.zeros(steps, np.int64), np.zeros((steps, steps), np.int64), np.zeros(steps, np.int64)
    for customer in range(n):
        level, row, end = 0, offsets[customer], offsets[customer + 1] if person[customer] else 0
        while row < end and level < steps:
            now, served, after = time_us[row], step_bits[code[row]], row + 1
            while after < end and time_us[after] == now:
                served |= step_bits[code[after]]
                after += 1
            # From the last step down, so that every step builds on what stood before this instant.
            for step in range(min(level + after - row, steps) - 1, -1, -1):
                if served >> step & 1:
                    lowest = _serve(step, row, after, code, step_bits, rows)
                    went = lowest <= step and _advance(step, lowest, now, within, level, start, path, rows)
                    if went and step >= level:
                        level = step + 1
                        for k in range(level):
                            chain[customer, k] = path[step, k]
            row = after
        reached[customer] = level
        latest[customer] = start[level - 1] if level else 0
    return reached, chain, latest
