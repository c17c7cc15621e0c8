"""Small arithmetic that several questions share."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.quantiles import few_quantiles, grouped

MEDIAN_AND_P90: F64 = np.array([0.5, 0.9])
_FEW = 200
"""Groups of more values are left to numpy, which selects with vector instructions; asking it takes longer than few."""


def median_and_p90(group: I64, value: I64, groups: int) -> F64:
    """Median and ninth decile of the values of each group: float64[groups, 2], NaN for an empty group."""
    return grouped_quantiles(group, value, groups, MEDIAN_AND_P90)


def grouped_quantiles(group: I64, value: I64, groups: int, shares: F64) -> F64:
    """Quantiles float64[groups, shares], linear between neighbours as numpy's; NaN for an empty group. ``shares``
    ascend."""
    values, begin = grouped(np.ascontiguousarray(group), np.ascontiguousarray(value), groups)
    return quantiles_of(values, begin, shares)


def quantiles_of(values: I64, begin: I64, shares: F64) -> F64:
    """The same of values that lie together: group g is ``values[begin[g]:begin[g + 1]]``, whose order changes."""
    answer = few_quantiles(values, begin, shares, _FEW)
    for g in np.flatnonzero(np.diff(begin) > _FEW):
        answer[g] = _quantiles(values[begin[g] : begin[g + 1]], shares)
    return answer


def _quantiles(values: I64, shares: F64) -> list[float]:
    """From the largest share down, each among the values below the one found before."""
    found, end, above = [], len(values), int(values[0])
    for share in shares[::-1]:
        exact = float(share) * (len(values) - 1)
        place = int(exact)
        values[:end].partition(place)
        if place + 1 < end:
            above = int(values[place + 1 : end].min())
        here = int(values[place])
        found.append(here + (exact - place) * ((above if place + 1 < len(values) else here) - here))
        end = place + 1
    return found[::-1]


def grouped_means(values: I64, begin: I64) -> F64:
    """The mean of each group of values that lie together, NaN for an empty one."""
    counts = np.diff(begin)
    means = np.full(len(counts), np.nan)
    some = counts > 0
    means[some] = np.add.reduceat(values.astype(np.float64), begin[:-1][some]) / counts[some]
    return means


def seconds(us: float) -> float | None:
    """Microseconds as seconds; None for NaN: nothing was there to measure."""
    return None if isnan(us) else float(us) / 1e6


def share(part: float, whole: float) -> float:
    """``part`` of ``whole``; 0 of nothing."""
    return float(part / whole) if whole else 0.0


def joined(arrays: Iterable[I64]) -> I64:
    """Arrays one after another; none at all is an empty one."""
    return np.concatenate([np.empty(0, np.int64), *arrays])
