"""Compiled loops over whole customers. Times are microseconds; customer i owns rows offsets[i]:offsets[i+1]."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from periplo.operation.machine_code import KEPT
from periplo.predicates.clock import NO_LIMIT

Bool = NDArray[np.bool_]
I64 = NDArray[np.int64]
AT_ONCE = 1 << 15


@njit(nogil=True, cache=KEPT)
def counts_so_far(offsets: I64, time: I64, mask: Bool, within: int, counts: NDArray[np.int32]) -> None:
    """counts[i] = rows of the customer from the first up to i, not earlier than ``within`` before i, with mask."""
    for customer in range(len(offsets) - 1):
        oldest, count = offsets[customer], 0
        for row in range(offsets[customer], offsets[customer + 1]):
            count += mask[row]
            while time[oldest] < time[row] - within:
                count -= mask[oldest]
                oldest += 1
            counts[row] = count


@njit(nogil=True, cache=KEPT)
def counts_at(offsets: I64, time: I64, mask: Bool, at: int, within: int, counts: NDArray[np.int32]) -> None:
    """counts[c] = rows of customer c with mask, from ``within`` before ``at`` up to ``at``, both edges included."""
    for customer in range(len(offsets) - 1):
        count = 0
        for row in range(offsets[customer], offsets[customer + 1]):
            if time[row] > at:
                break
            if time[row] >= at - within:
                count += mask[row]
        counts[customer] = count


@njit(nogil=True, cache=KEPT)
def counts_of(offsets: I64, event: NDArray[np.uint16], holds: Bool, counts: NDArray[np.int32]) -> None:
    """counts[c] = rows of customer c whose event code ``holds``.

    The rows are counted without regard to whose they are, some at a time, and customers read off where theirs begin
    and end: a loop over each customer's few rows would be left at a place that the processor cannot guess.
    """
    so_far = np.empty(AT_ONCE + 1, np.uint32)
    block, counted = 0, 0
    for customer in range(len(offsets) - 1):
        first, end = offsets[customer], offsets[customer + 1]
        if end - first > AT_ONCE:
            count = 0
            for row in range(first, end):
                count += holds[event[row]]
            counts[customer] = count
            continue
        if end > counted:
            block, counted = first, min(first + AT_ONCE, len(event))
            total, begin = np.uint32(0), np.uint64(block)
            for row in range(np.uint64(0), np.uint64(counted - block)):
                so_far[row] = total
                total += np.uint32(holds[event[begin + row]])
            so_far[counted - block] = total
        counts[customer] = np.int32(so_far[end - block] - so_far[first - block])


@njit(nogil=True, cache=KEPT)
def sequence_so_far(offsets: I64, time: I64, steps: NDArray[np.bool_], within: int, done: Bool) -> None:
    """done[i] = by row i the steps (bool[m, k]) happened in order, from first to last at most ``within``.

    begun[s] is the latest time at which a run of the first s + 1 steps began: no other run can end later in time.
    """
    k = steps.shape[1]
    begun = np.empty(k, np.int64)
    for customer in range(len(offsets) - 1):
        for step in range(k):
            begun[step] = -NO_LIMIT
        finished = False
        for row in range(offsets[customer], offsets[customer + 1]):
            if not finished:
                for step in range(k - 1, 0, -1):
                    if steps[row, step] and begun[step - 1] > begun[step]:
                        begun[step] = begun[step - 1]
                if steps[row, 0]:
                    begun[0] = time[row]
                finished = begun[k - 1] > -NO_LIMIT and time[row] - begun[k - 1] <= within
            done[row] = finished


@njit(nogil=True, cache=KEPT)
def last_rows(offsets: I64, time: I64, at: int, rows: I64) -> None:
    """rows[c] = the last row of customer c not later than ``at``, or -1."""
    for customer in range(len(offsets) - 1):
        rows[customer] = -1
        for row in range(offsets[customer + 1] - 1, offsets[customer] - 1, -1):
            if time[row] <= at:
                rows[customer] = row
                break
