"""Sorting events into journeys: by customer in two counting passes, then each journey by time and arrival.

The first pass puts rows into buckets of neighbouring customers, few enough that the second pass, inside one bucket,
stays in the processor's cache. Parts of the input and ranges of buckets are independent: a thread each.
"""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import I64, U8, U16
from periplo.journeys.kernels.compiled import kernel

RUN = 16  # journeys up to this length, and the first runs of longer ones, are sorted by insertion


@kernel
def scatter(place: I64, offsets: I64) -> I64:
    """Row numbers grouped by ``place`` (the customer's index), in input order within each group."""
    fill = offsets[:-1].copy()
    order = np.empty(len(place), np.int64)
    for row in range(len(place)):
        order[fill[place[row]]] = row
        fill[place[row]] += 1
    return order


@kernel
def to_buckets(
    key: I64, time_us: I64, low: int, shift: int, first_row: int, fill: I64, keys: I64, times: I64, rows: I64
) -> None:
    """Copy rows (the first is number ``first_row``) to where their bucket ``(key - low) >> shift`` is filled.

    ``fill`` int64[buckets] moves on. With no room to copy to (``keys`` empty) it only counts.
    """
    for i in range(len(key)):
        bucket = (key[i] - low) >> shift
        if len(keys):
            at = fill[bucket]
            keys[at], times[at], rows[at] = key[i] - low, time_us[i], first_row + i
        fill[bucket] += 1


@kernel
def _before(time_us: I64, row: I64, seq: I64, a: int, b: int) -> bool:
    """Whether ``a`` comes strictly before ``b``: by time, then by arrival."""
    if time_us[a] == time_us[b]:
        return bool(seq[row[a]] < seq[row[b]])
    return bool(time_us[a] < time_us[b])


@kernel
def _sort(order: I64, spare: I64, first: int, last: int, time_us: I64, row: I64, seq: I64) -> None:
    """Sort ``order[first:last]`` by insertion into runs, then merging runs; equal ones keep their order."""
    for begin in range(first, last, RUN):
        for i in range(begin + 1, min(begin + RUN, last)):
            one, j = order[i], i
            while j > begin and _before(time_us, row, seq, one, order[j - 1]):
                order[j] = order[j - 1]
                j -= 1
            order[j] = one
    width = RUN
    while width < last - first:
        for begin in range(first, last, 2 * width):
            middle, end = min(begin + width, last), min(begin + 2 * width, last)
            left, right = begin, middle
            for out in range(begin, end):
                if left < middle and (right >= end or not _before(time_us, row, seq, order[right], order[left])):
                    spare[out] = order[left]
                    left += 1
                else:
                    spare[out] = order[right]
                    right += 1
        for out in range(first, last):
            order[out] = spare[out]
        width *= 2


@kernel
def sort_bucket(
    begin: int, end: int, low: int, keys: I64, times: I64, rows: I64, seq: I64, counts: I64, origin: I64, time_us: I64
) -> None:
    """Sort the bucket at ``begin:end``, whose customers have the keys ``low`` to ``low + len(counts)``.

    Fills ``counts`` with the events of each customer, ``origin`` with the input rows in order, and their ``time_us``.
    """
    fill = np.zeros(len(counts) + 1, np.int64)
    for i in range(begin, end):
        counts[keys[i] - low] += 1
    for k in range(len(counts)):
        fill[k + 1] = fill[k] + counts[k]
    order, spare = np.empty(end - begin, np.int64), np.empty(end - begin, np.int64)
    for i in range(begin, end):
        k = keys[i] - low
        order[fill[k]] = i
        fill[k] += 1
    for k in range(len(counts)):
        _sort(order, spare, fill[k] - counts[k], fill[k], times, rows, seq)
    for i in range(end - begin):
        origin[begin + i], time_us[begin + i] = rows[order[i]], times[order[i]]


@kernel
def take(origin: I64, seq: I64, event: U16, channel: U8, seq_out: I64, event_out: U16, channel_out: U8) -> None:
    """Fill the outputs with the rows ``origin``."""
    for i in range(len(origin)):
        row = origin[i]
        seq_out[i], event_out[i], channel_out[i] = seq[row], event[row], channel[row]
