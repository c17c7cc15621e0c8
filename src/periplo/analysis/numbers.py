"""Small arithmetic that several questions share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import isnan

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.quantiles import few_quantiles, grouped, put

MEDIAN_AND_P90: F64 = np.array([0.5, 0.9])
_FEW = 200
"""Groups of more values are left to numpy, which selects with vector instructions; asking it takes longer than few."""
_ALONE = 1 << 20
"""More values than these are worth a thread per core."""
Piece = tuple[I64, I64]
"""``values`` by group, those of group g at ``begin[g]:begin[g + 1]``: (values, begin)."""


def median_and_p90(group: I64, value: I64, groups: int) -> F64:
    """Median and ninth decile of the values of each group: float64[groups, 2], NaN for an empty group."""
    return grouped_quantiles(group, value, groups, MEDIAN_AND_P90)


def grouped_quantiles(group: I64, value: I64, groups: int, shares: F64) -> F64:
    """Quantiles float64[groups, shares], linear between neighbours as numpy's; NaN for an empty group. ``shares``
    ascend."""
    return quantiles_of([grouped(np.ascontiguousarray(group), np.ascontiguousarray(value), groups)], shares)


def quantiles_of(pieces: Sequence[Piece], shares: F64) -> F64:
    """The same of groups whose values lie in pieces."""
    sizes = np.sum([np.diff(begin) for _, begin in pieces], axis=0)
    answer, many = _few(pieces, sizes, shares), np.flatnonzero(sizes > _FEW)

    def fill(some: I64) -> None:
        for group in some.tolist():
            values = [values[begin[group] : begin[group + 1]] for values, begin in pieces]
            answer[group] = _quantiles(np.concatenate(values), shares)

    workers = (os.cpu_count() or 1) if sizes.sum() > _ALONE else 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill, (many[start::workers] for start in range(workers))))
    return answer


def _few(pieces: Sequence[Piece], sizes: I64, shares: F64) -> F64:
    """The quantiles of the groups that have few values; NaN for others."""
    few = sizes <= _FEW
    begin = np.concatenate(([0], np.cumsum(np.where(few, sizes, 0))))
    fill, together = begin[:-1].copy(), np.empty(begin[-1], np.int64)
    for values, starts in pieces:
        put(values, starts, few, fill, together)
    return few_quantiles(together, begin, shares)


def _quantiles(values: I64, shares: F64) -> list[float]:
    """From the largest share down, each among the values below the one found before. Changes their order."""
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
