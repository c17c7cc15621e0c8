"""Which paths are the same: an exact grouping of sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64
from periplo.journeys.kernels.compiled import kernel


@kernel
def same_paths(node: I32, begin: I64, end: I64) -> Any:
    """Numbers equal sequences alike: ``group`` int64[n], in the order of their first, and ``first`` int64[groups].

    Sequence i is ``node[begin[i]:end[i]]``. Open addressing; sequences are compared in full where slots meet.
    """
    count = len(begin)
    size = 16
    while size < 2 * count:
        size *= 2
    slots = np.full(size, -1, np.int64)
    group, first = np.empty(count, np.int64), np.empty(count, np.int64)
    groups = 0
    for i in range(count):
        low, long = begin[i], end[i] - begin[i]
        mixed = np.uint64(long)
        for k in range(low, low + long):
            mixed = (mixed ^ np.uint64(node[k])) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        slot, same = np.int64(mixed & np.uint64(size - 1)), False
        while slots[slot] >= 0 and not same:
            other = slots[slot]
            same, start, k = end[other] - begin[other] == long, begin[other], 0
            while same and k < long:
                same = node[start + k] == node[low + k]
                k += 1
            if same:
                group[i] = group[other]
            else:
                slot = (slot + 1) & (size - 1)
        if not same:
            slots[slot], group[i], first[groups] = i, groups, i
            groups += 1
    return group, first[:groups]
