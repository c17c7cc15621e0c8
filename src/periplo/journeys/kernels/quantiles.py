"""What stands at which place among values that belong to groups, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import F64, I64, Bool
from periplo.journeys.kernels.compiled import kernel


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
def grouped(group: I64, value: I64, groups: int) -> Any:
    """The values by group, and int64[groups + 1] where those of each begin."""
    begin = np.zeros(groups + 1, np.int64)
    for i in range(len(group)):
        begin[group[i] + 1] += 1
    for g in range(groups):
        begin[g + 1] += begin[g]
    fill, values = begin[:-1].copy(), np.empty(len(value), np.int64)
    for i in range(len(value)):
        values[fill[group[i]]] = value[i]
        fill[group[i]] += 1
    return values, begin


@kernel
def put(values: I64, begin: I64, groups: Bool, fill: I64, out: I64) -> None:
    """Copy the values of some groups to where each is filled; ``fill`` moves on."""
    for g in range(len(groups)):
        if groups[g]:
            for i in range(begin[g], begin[g + 1]):
                out[fill[g]] = values[i]
                fill[g] += 1


@kernel
def standing_at(values: I64, begin: I64, places: F64) -> F64:
    """What would stand at ``places`` float64[groups, wanted] (from 0; linear between neighbours) of each group were it
    sorted; NaN where a place is. Changes the order of the values in each group.

    Places ascend; each is found among the values below the one found before, from the last down.
    """
    answer = np.full(places.shape, np.nan)
    for g in range(len(begin) - 1):
        first, last = begin[g], begin[g + 1]
        end = last
        for k in range(places.shape[1] - 1 if first < last else -1, -1, -1):
            exact = places[g, k]
            place = first + int(exact)
            _select(values, first, end, place)
            above = values[place + 1] if place + 1 < last else values[place]
            for i in range(place + 2, last):
                above = min(above, values[i])
            answer[g, k] = values[place] + (exact - int(exact)) * (above - values[place])
            end = place + 1
    return answer
