"""What is read off the chains of a funnel: optional steps between the others, and times from step to step."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U32
from periplo.journeys.kernels.compiled import kernel


@kernel
def _between(chain: I64, first: int, end: int, time: I64, bits: U32, needed: I64, out: I64) -> None:
    """Fill ``out`` (one place per step) with a ``chain`` of the ``needed`` steps, one per place, and the optional ones
    between two of them: the first entry that fits, in step order, -1 where there is none.

    ``first:end``: the entries of the journey; ``bits[entry]`` has bit k set where it may serve step k of all.
    """
    for k in range(len(chain)):
        out[needed[k]] = chain[k]
    for k in range(len(chain) - 1):
        low, high, when = chain[k], chain[k + 1], time[chain[k]]
        while low > first and time[low - 1] == when:
            low -= 1
        while high + 1 < end and time[high + 1] == time[chain[k + 1]]:
            high += 1
        for step in range(needed[k] + 1, needed[k + 1]):
            out[step] = -1
            for entry in range(low, high + 1):
                free = True
                for other in range(needed[k], step):
                    free &= out[other] != entry
                if free and entry != chain[k + 1] and bits[entry] >> step & 1 and time[entry] >= when:
                    out[step], when = entry, time[entry]
                    break


@kernel
def with_optional(offsets: I64, journey: I64, levels: U8, rows: I64, time: I64, bits: U32, needed: I64) -> Any:
    """Chains of the ``needed`` steps as chains of all steps up to the furthest: ``levels`` and ``rows`` anew.

    Chain u lies in journey ``journey[u]``, the entries ``offsets[journey]:offsets[journey + 1]``.
    """
    total = 0
    for u in range(len(levels)):
        total += needed[np.int64(levels[u]) - 1] + 1 if levels[u] else 0
    all_levels, all_rows = np.zeros(len(levels), np.uint8), np.empty(total, np.int64)
    old: Any = 0
    new: Any = 0
    for u in range(len(levels)):
        few: Any = np.int64(levels[u])
        if few:
            level = needed[few - 1] + 1
            first, end = offsets[journey[u]], offsets[journey[u] + 1]
            _between(rows[old : old + few], first, end, time, bits, needed, all_rows[new : new + level])
            old, new, all_levels[u] = old + few, new + level, level
    return all_levels, all_rows


@kernel
def lags(levels: U8, rows: I64, times: I64, since: I64, counts: I64) -> Any:
    """How long (us) steps took, those of one step after the other, and the chain each belongs to.

    Step k runs from step ``since[k]``, and ``counts[k]`` chains took it (row not negative); in the place of step 0
    stands the whole way from the first step to the last of the ``counts[0]`` chains that took all. ``times`` are
    those of the rows.
    """
    place, steps = np.zeros(len(counts), np.int64), len(counts)
    first: Any = 0
    for k in range(1, steps):
        place[k] = place[k - 1] + counts[k - 1]
    total = 0
    for k in range(steps):
        total += counts[k]
    took, chain = np.empty(total, np.int64), np.empty(total, np.int64)
    for u in range(len(levels)):
        level: Any = np.int64(levels[u])
        for k in range(1 if level < steps else 0, level):
            to, origin = (k, since[k]) if k else (steps - 1, 0)
            if rows[first + to] >= 0:
                took[place[k]] = times[first + to] - times[first + origin]
                chain[place[k]] = u
                place[k] += 1
        first += level
    return took, chain
