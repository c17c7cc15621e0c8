"""Small tools over flat arrays: groups that lie one behind the other, and draws by weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Whole = int | NDArray[np.integer[Any]]
"""One whole number for all rows, or one for each."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def starts_of(counts: I64) -> I64:
    """Where each group begins, for groups of ``counts`` members lying one behind the other."""
    starts: I64 = np.cumsum(counts) - counts
    return starts


def place_within(counts: I64) -> I64:
    """0, 1, 2, … within each group."""
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts_of(counts), counts)


def sum_within(values: F64, counts: I64) -> F64:
    """The running sum within each group."""
    total: F64 = np.cumsum(values)
    before = np.concatenate(([0.0], total))[starts_of(counts)]
    within: F64 = total - np.repeat(before, counts)
    return within


def counts_of(group: I64, groups: int) -> I64:
    """How many members each of ``groups`` groups has."""
    return np.bincount(group, minlength=groups).astype(np.int64)


def count_within(happens: Bool, group: I64) -> I64:
    """How often it has happened so far within each group, this time included; members of a group lie together."""
    total = np.cumsum(happens, dtype=np.int64)
    begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1]))[: len(group)])
    before = (total - happens)[begins]
    within: I64 = total - np.repeat(before, np.diff(np.append(begins, len(group))))
    return within


def distinct(values: I64) -> I64:
    """Each value once, in order; for millions of whole numbers several times faster than ``numpy.unique``."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]


def choose(u: F64, weights: Iterable[float]) -> I64:
    """For each uniform number the index of a weight, chosen in proportion."""
    bounds = np.cumsum(np.fromiter(weights, float))
    return np.minimum(np.searchsorted(bounds / bounds[-1], u, side="right"), len(bounds) - 1).astype(np.int64)


def choose_by_row(u: F64, weights: F64) -> I64:
    """As ``choose`` with weights of its own for each row (``weights[rows, choices]``)."""
    bounds: F64 = np.cumsum(weights, axis=1)
    beyond: Bool = (bounds / bounds[:, -1:]) <= u[:, None]
    choice: I64 = np.minimum(beyond.sum(axis=1), weights.shape[1] - 1).astype(np.int64)
    return choice


def one_hot(index: I64, width: int) -> F64:
    """``width`` columns, 1 at ``index`` in each row."""
    hot: F64 = (np.arange(width) == index[:, None]).astype(float)
    return hot


def first_per_group(group: I64, values: ArrayLike, groups: int, empty: int) -> I64:
    """The smallest value of each group, ``empty`` where a group has none."""
    least = np.full(groups, empty, dtype=np.int64)
    np.minimum.at(least, group, np.asarray(values, dtype=np.int64))
    return least
