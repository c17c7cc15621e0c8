"""Exact quantiles of values that belong to groups."""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.compiled import kernel
from periplo.journeys.kernels.sorting import scatter


@kernel
def _select(values: I64, first: int, last: int, place: int) -> None:
    """Reorder ``values[first:last]`` so that ``place`` holds what it would hold if sorted (Hoare's selection).

    Invariant: what lies left of ``low`` is not larger, and right of ``high`` not smaller, than the value sought.
    """
    low, high = first, last - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            return


@kernel
def grouped_quantiles(group: I64, value: I64, groups: int, shares: F64) -> F64:
    """Quantiles float64[groups, shares], linear between neighbours as numpy's; NaN for an empty group.

    ``shares`` ascend; each is found among the values below the one found before, from the largest share down.
    """
    offsets = np.zeros(groups + 1, np.int64)
    for i in range(len(group)):
        offsets[group[i] + 1] += 1
    for g in range(groups):
        offsets[g + 1] += offsets[g]
    order, values = scatter(group, offsets), np.empty(len(value), np.int64)
    for i in range(len(values)):
        values[i] = value[order[i]]
    answer = np.empty((groups, len(shares)), np.float64)
    for g in range(groups):
        first, last = offsets[g], offsets[g + 1]
        end = last
        for k in range(len(shares) - 1, -1, -1):
            if last == first:
                answer[g, k] = np.nan
                continue
            exact = shares[k] * (last - first - 1)
            place = first + int(exact)
            _select(values, first, end, place)
            above = values[place + 1] if place + 1 < last else values[place]
            for i in range(place + 2, last):
                above = min(above, values[i])
            answer[g, k] = values[place] + (exact - int(exact)) * (above - values[place])
            end = place + 1
    return answer
