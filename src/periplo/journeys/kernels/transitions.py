"""Steps from one node to the next: counted, and the quantiles of their times found without keeping most of them.

First is counted how the times spread. A quantile lies in one bucket, or between two; a second pass keeps what lies
there, and the rest needs only to have been counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import F64, I32, I64, U8, U16, U32, U64, Bool
from periplo.journeys.kernels.compiled import kernel

NO_GAP = 2**63 - 1
"""No pause is as long (us)."""
BUCKETS = 128
"""How times spread is counted in so many buckets, four to each doubling."""
_LOW, _BITS, _MANTISSA = 16, 1023, 50
"""Values below about 2**16 (us: a sixteenth of a second) share a bucket, and those above 2**47 (four years)."""


@kernel
def _bucket(value: Any) -> Any:
    """The bucket of a value from 0 on: its exponent and the two highest bits behind it, as doubles store them."""
    return min(max((np.float64(value).view(np.int64) >> _MANTISSA) - (_BITS + _LOW) * 4, 0), BUCKETS - 1)


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
    none, buckets, spreads = np.uint64(kinds), np.uint64(BUCKETS), len(spread) > 0
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
                    spread[cell * buckets + np.uint64(_bucket(now - when))] += np.uint32(1)
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


@kernel
def _least(bucket: int) -> Any:
    """The smallest value in a bucket; of the one behind the last, more than any."""
    if bucket >= BUCKETS:
        return np.uint64(2**63)
    return np.uint64(((4 + bucket % 4) << (_LOW + bucket // 4)) >> 2) if bucket > 0 else np.uint64(0)


@kernel
def _holding(counts: I64, place: int) -> Any:
    """The bucket that holds what would stand at ``place`` were all values sorted, and how many lie below it."""
    bucket, below = 0, 0
    while below + counts[bucket] <= place:
        below += counts[bucket]
        bucket += 1
    return bucket, below


@kernel
def near(counts: I64, shares: F64) -> Any:
    """Where to look for quantiles of cells whose times spread as ``counts`` int64[cells, BUCKETS] says.

    ``spans`` uint64[cells, 2 * shares]: per share the least time to keep, and how much longer it may be; ``places``
    float64[cells, shares]: where each quantile stands among the sorted times kept, NaN for an empty cell.
    ``shares`` ascend.
    """
    cells, wanted = len(counts), len(shares)
    spans, places = np.zeros((cells, 2 * wanted), np.uint64), np.full((cells, wanted), np.nan)
    for cell in range(cells):
        total = counts[cell].sum()
        end, left_out, until = -1, 0, 0
        for k in range(wanted if total else 0):
            exact = shares[k] * (total - 1)
            first, below = _holding(counts[cell], int(exact))
            last, before = _holding(counts[cell], min(int(exact) + 1, total - 1))
            if first > end:
                left_out += below - until
            spans[cell, 2 * k] = _least(first)
            spans[cell, 2 * k + 1] = _least(last + 1) - _least(first)
            places[cell, k] = exact - left_out
            end, until = last, before + counts[cell, last]
    return spans, places
