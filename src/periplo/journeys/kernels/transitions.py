"""Steps from one node to the next: counted, and the quantiles of their times found without keeping most of them.

First is counted how the times spread. A quantile lies in one bucket, or between two; a second pass keeps what lies
there, and the rest needs only to have been counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64, U8, U16, U32, U64, Bool
from periplo.journeys.kernels.compiled import kernel
from periplo.journeys.kernels.spread import bounds, bucket

NO_GAP = 2**63 - 1
"""No pause is as long (us)."""
BITS = 2
BUCKETS = len(bounds(BITS)) - 1
"""How times spread is counted in so many buckets, four to each doubling."""


@kernel
def transitions(
    offsets: I64,
    time_us: I64,
    person: Bool,
    event: U16,
    channel: U8,
    table: I32,
    kinds: int,
    collapse: bool,
    gap: int,
    cells: I64,
    spread: U32,
) -> None:
    """How often one node follows another, added to the counts in ``cells``.

    ``table`` int32[channels, events] the node of each event, -1 for none; equal neighbours are one visit if
    ``collapse``; a pause of ``gap`` us ends a path. ``cells`` int64[(kinds + 1)**2]: row ``kinds`` is the start,
    column ``kinds`` means no further step, so that every node's row and column both add up to its visits.

    ``spread`` uint32[(kinds + 1)**2 * BUCKETS], if not empty: how many steps took how long, from the last event of one
    visit to the first of the next.
    """
    one = np.uint64(1)  # indices that cannot be negative: the others are looked at twice
    none, each, spreads = np.uint64(kinds), np.uint64(BUCKETS), len(spread) > 0
    width, clocked = none + one, spreads or gap < NO_GAP
    for customer in range(np.uint64(0), np.uint64(len(offsets) - 1)):
        if not person[customer]:
            continue
        before, when = none, np.int64(0)
        for row in range(np.uint64(offsets[customer]), np.uint64(offsets[customer + one])):
            node = table[channel[row], event[row]]
            if node < 0:
                continue
            here, now = np.uint64(node), time_us[row] if clocked else np.int64(0)
            if before != none and now - when >= gap:
                cells[before * width + none] += 1
                before = none
            if not collapse or here != before:
                cell = before * width + here
                cells[cell] += 1
                if spreads and before != none:
                    spread[cell * each + np.uint64(bucket(now - when, BITS))] += np.uint32(1)
            before, when = here, now
        if before != none:
            cells[before * width + none] += 1


@kernel
def times_between(
    offsets: I64,
    time_us: I64,
    person: Bool,
    event: U16,
    channel: U8,
    table: I32,
    kinds: int,
    collapse: bool,
    gap: int,
    spans: U64,
    cells: I64,
    times: I64,
) -> Any:
    """The times (us) of the steps that lie in one of two ``spans`` uint64[(kinds + 1)**2, 4] of their cell (``near``),
    with their cells, one after another; answers how many they are. The rest as above."""
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    none, found = np.uint64(kinds), np.uint64(0)
    width = none + one
    for customer in range(np.uint64(0), np.uint64(len(offsets) - 1)):
        if not person[customer]:
            continue
        before, when = none, np.int64(0)
        for row in range(np.uint64(offsets[customer]), np.uint64(offsets[customer + one])):
            node = table[channel[row], event[row]]
            if node < 0:
                continue
            here, now = np.uint64(node), time_us[row]
            took = np.uint64(now - when)
            if before != none and took < np.uint64(gap) and (not collapse or here != before):
                cell = before * width + here
                if (took - spans[cell, 0] < spans[cell, one]) | (took - spans[cell, two] < spans[cell, three]):
                    cells[found], times[found] = cell, now - when
                    found += one
            before, when = here, now
    return found
