"""Small arithmetic that several questions share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from periplo.journeys.columns import F64, I64

MEDIAN_AND_P90: F64 = np.array([0.5, 0.9])


def seconds(us: float) -> float | None:
    """Microseconds as seconds; None for NaN: nothing was there to measure."""
    return None if np.isnan(us) else float(us) / 1e6


def share(part: float, whole: float) -> float:
    """``part`` of ``whole``; 0 of nothing."""
    return float(part / whole) if whole else 0.0


def joined(arrays: Iterable[I64]) -> I64:
    """Arrays one after another; none at all is an empty one."""
    return np.concatenate([np.empty(0, np.int64), *arrays])
