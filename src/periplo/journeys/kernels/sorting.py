"""Sorting events into journeys: by customer with one counting pass, then each journey by time and arrival."""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import I64
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
def _before(time_us: I64, seq: I64, a: int, b: int) -> bool:
    """Whether row ``a`` comes strictly before row ``b``: by time, then by arrival."""
    if time_us[a] == time_us[b]:
        return bool(seq[a] < seq[b])
    return bool(time_us[a] < time_us[b])


@kernel
def _insert_runs(order: I64, first: int, last: int, time_us: I64, seq: I64) -> None:
    for begin in range(first, last, RUN):
        for i in range(begin + 1, min(begin + RUN, last)):
            row, j = order[i], i
            while j > begin and _before(time_us, seq, row, order[j - 1]):
                order[j] = order[j - 1]
                j -= 1
            order[j] = row


@kernel
def _merge_runs(order: I64, spare: I64, first: int, last: int, time_us: I64, seq: I64) -> None:
    """Merge neighbouring sorted runs until one is left; the result is always back in ``order``."""
    width = RUN
    while width < last - first:
        for begin in range(first, last, 2 * width):
            middle, end = min(begin + width, last), min(begin + 2 * width, last)
            left, right = begin, middle
            for out in range(begin, end):
                if left < middle and (right >= end or not _before(time_us, seq, order[right], order[left])):
                    spare[out] = order[left]
                    left += 1
                else:
                    spare[out] = order[right]
                    right += 1
        for out in range(first, last):
            order[out] = spare[out]
        width *= 2


@kernel
def sort_journeys(order: I64, offsets: I64, time_us: I64, seq: I64) -> None:
    """Sort the rows of each customer in place; equal rows keep their input order.

    Most journeys arrive in order already, and cost one look.
    """
    spare = np.empty(len(order), np.int64)
    for customer in range(len(offsets) - 1):
        first, last = offsets[customer], offsets[customer + 1]
        for i in range(first + 1, last):
            if _before(time_us, seq, order[i], order[i - 1]):
                _insert_runs(order, first, last, time_us, seq)
                _merge_runs(order, spare, first, last, time_us, seq)
                break


@kernel
def merge_sorted(customer: I64, time_us: I64, seq: I64, split: int) -> I64:
    """Merge rows ``[0, split)`` and ``[split, m)``, each sorted by customer, time, arrival, into one order.

    The old rows are read once, in their own order: nothing of them is sorted again. Equal rows: old before new.
    """
    order = np.empty(len(customer), np.int64)
    old, new = 0, split
    for out in range(len(customer)):
        if new >= len(customer):
            take_old = True
        elif old >= split:
            take_old = False
        elif customer[old] != customer[new]:
            take_old = customer[old] < customer[new]
        else:
            take_old = not _before(time_us, seq, new, old)
        if take_old:
            order[out] = old
            old += 1
        else:
            order[out] = new
            new += 1
    return order
