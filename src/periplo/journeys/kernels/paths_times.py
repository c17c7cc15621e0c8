"""Exact quantiles of times that lie sorted in several pieces, without merging them."""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.compiled import kernel


@kernel
def _up_to(times: I64, first: int, last: int, value: np.int64) -> int:
    """How many of the ascending ``times[first:last]`` are not above ``value``."""
    low, high = first, last
    while low < high:
        middle = (low + high) >> 1
        if times[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low - first


@kernel
def sorted_quantiles(times: I64, begin: I64, cells: I64, shares: F64) -> F64:
    """Quantiles float64[cells, shares], linear between neighbours as numpy's; NaN where a cell has no times.

    Piece p of cell c is ``times[begin[p, c]:begin[p, c + 1]]``, ascending. The value of a rank is found by halving the
    range of values, counting how many lie below in each piece.
    """
    answer = np.full((len(cells), len(shares)), np.nan)
    for i in range(len(cells)):
        c, count, low, high = cells[i], 0, np.int64(2**62), np.int64(-(2**62))
        for p in range(len(begin)):
            first, last = begin[p, c], begin[p, c + 1]
            if last > first:
                count += last - first
                low, high = min(low, times[first]), max(high, times[last - 1])
        for k in range(len(shares) if count else 0):
            exact = shares[k] * (count - 1)
            rank, a, b = int(exact), low, high
            while a < b:
                middle = (a + b) >> 1
                below = 0
                for p in range(len(begin)):
                    below += _up_to(times, begin[p, c], begin[p, c + 1], middle)
                if below > rank:
                    b = middle
                else:
                    a = middle + 1
            below, above = 0, high
            for p in range(len(begin)):
                here = _up_to(times, begin[p, c], begin[p, c + 1], a)
                below += here
                if begin[p, c] + here < begin[p, c + 1]:
                    above = min(above, times[begin[p, c] + here])
            follows = a if below > rank + 1 else above
            answer[i, k] = a + (exact - rank) * (follows - a)
    return answer
