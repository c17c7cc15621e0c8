"""Small arithmetic that several questions share."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

import numpy as np

from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.quantiles import grouped_quantiles

_MEDIAN_AND_P90: F64 = np.array([0.5, 0.9])


def median_and_p90(group: I64, value: I64, groups: int) -> F64:
    """Median and ninth decile of the values of each group: float64[groups, 2], NaN for an empty group."""
    return grouped_quantiles(np.ascontiguousarray(group), np.ascontiguousarray(value), groups, _MEDIAN_AND_P90)


def seconds(us: float) -> float | None:
    """Microseconds as seconds; None for NaN: nothing was there to measure."""
    return None if isnan(us) else float(us) / 1e6


def share(part: float, whole: float) -> float:
    """``part`` of ``whole``; 0 of nothing."""
    return float(part / whole) if whole else 0.0


def joined(arrays: Iterable[I64]) -> I64:
    """Arrays one after another; none at all is an empty one."""
    return np.concatenate([np.empty(0, np.int64), *arrays])
