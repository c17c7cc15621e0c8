"""Small arithmetic that several questions share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import isnan

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.quantiles import grouped, put, standing_at

MEDIAN_AND_P90: F64 = np.array([0.5, 0.9])
_FEW = 4096
"""Groups of more values are left to numpy, which selects with vector instructions; asking it takes longer than few."""
_AT_ONCE = 1 << 18
"""More values than these are looked at one after another, by a thread per core."""
Piece = tuple[I64, I64]
"""``values`` by group, those of group g at ``begin[g]:begin[g + 1]``: (values, begin)."""


def median_and_p90(group: I64, value: I64, groups: int) -> F64:
    """Median and ninth decile of the values of each group: float64[groups, 2], NaN for an empty group."""
    return grouped_quantiles(group, value, groups, MEDIAN_AND_P90)


def grouped_quantiles(group: I64, value: I64, groups: int, shares: F64) -> F64:
    """Quantiles float64[groups, shares], linear between neighbours as numpy's; NaN for an empty group. ``shares``
    ascend."""
    return quantiles_of(grouped(np.ascontiguousarray(group), np.ascontiguousarray(value), groups), shares)


def quantiles_of(piece: Piece, shares: F64) -> F64:
    """The same of groups whose values already lie together."""
    return ranked([piece], places_of(np.diff(piece[1]), shares))


def places_of(sizes: I64, shares: F64) -> F64:
    """Where quantiles stand among so many sorted values, from 0: float64[groups, shares], NaN for an empty group."""
    return np.where(sizes > 0, sizes - 1.0, np.nan)[:, None] * shares


def ranked(pieces: Sequence[Piece], places: F64) -> F64:
    """What stands at places float64[groups, wanted] of each group, whose values lie in ``pieces``, linear between
    neighbours; NaN where a place is."""
    sizes = np.sum([np.diff(begin) for _, begin in pieces], axis=0)
    many, total = np.flatnonzero(sizes > _FEW), sizes.sum()
    ends = np.searchsorted(np.cumsum(sizes), np.arange(_AT_ONCE, total, _AT_ONCE))
    with ThreadPoolExecutor((os.cpu_count() or 1) if len(ends) else 1) as pool:
        few = pool.map(lambda span: _few(pieces, places, *span), pairwise([0, *ends.tolist(), len(sizes)]))
        large = pool.map(lambda group: _large(pieces, places, group), many.tolist())
        answer = np.concatenate(list(few))
        answer[many] = np.array(list(large)).reshape(-1, places.shape[1])
    return answer


def _few(pieces: Sequence[Piece], places: F64, first: int, end: int) -> F64:
    """What stands at the places of those groups that have few values; NaN for others."""
    some = [(values, begin[first : end + 1]) for values, begin in pieces]
    sizes = np.sum([np.diff(begin) for _, begin in some], axis=0)
    few = sizes <= _FEW
    begin = np.concatenate(([0], np.cumsum(np.where(few, sizes, 0))))
    fill, together = begin[:-1].copy(), np.empty(begin[-1], np.int64)
    for values, starts in some:
        put(values, starts, few, fill, together)
    return standing_at(together, begin, places[first:end])


def _large(pieces: Sequence[Piece], places: F64, group: int) -> list[float]:
    """The same of a large group; from the last place down, each among the values below the one found before."""
    values = np.concatenate([values[begin[group] : begin[group + 1]] for values, begin in pieces])
    found, end, above = [], len(values), int(values[0])
    for exact in places[group, ::-1].tolist():
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
