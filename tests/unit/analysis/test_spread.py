"""Quantiles of values that were only counted at first, against numpy's of all of them."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.analysis import spread
from periplo.analysis.numbers import MEDIAN_AND_P90
from periplo.analysis.spread import Near, Values
from periplo.operation.shelf import sparing_memory

GROUPS = 4


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(0, 300), min_size=1, max_size=5),
    st.sampled_from([1, 10, 1_000_000, 86_400_000_000]),
    st.integers(1, 46),
    st.sampled_from([-1, 50, 10_000]),
)
def test_they_are_the_same_to_the_last_bit(seed: int, sizes: list[int], unit: int, bits: int, most: int) -> None:
    """From nothing to years, also where whole seconds or days repeat; a group may be empty, or have one value."""
    random = np.random.default_rng(seed)
    parts = [(random.integers(0, GROUPS - 1, size), random.integers(0, 2**bits, size) // unit * unit) for size in sizes]
    looked: list[int] = []

    def look(near: Near) -> Any:
        found = reduce(add, [near.found(*part) for part in parts])
        looked.append(len(found.value))
        return near.ranks(found)

    with pytest.MonkeyPatch.context() as patch, sparing_memory():
        patch.setattr(spread, "MOST_KEPT", most)
        none = np.empty(0, np.int64)
        ranks = reduce(add, [Values(GROUPS, *part) for part in parts], Values(GROUPS, none, none)).ranks(look)
    group, value = map(np.concatenate, zip(*parts, strict=True))
    assert bool(looked) == (len(value) > most)
    for each in range(GROUPS):
        own = value[group == each]
        if len(own):
            assert ranks[each].tolist() == pytest.approx(np.quantile(own, MEDIAN_AND_P90), rel=1e-15)
        else:
            assert np.isnan(ranks[each]).all()


def test_of_many_hardly_any_are_kept() -> None:
    random = np.random.default_rng(5)
    group, value = np.zeros(400_000, np.int64), random.integers(0, 10**12, 400_000)
    looked: list[int] = []

    def look(near: Near) -> Any:
        found = near.found(group, value)
        looked.append(len(found.value))
        return near.ranks(found)

    half = slice(200_000), slice(200_000, None)
    both = [Values(1, group[some], value[some]) for some in half]
    all_kept = reduce(add, both).ranks(look)
    assert not looked
    with sparing_memory():
        assert (
            reduce(add, both).ranks(look).tolist() == all_kept.tolist() == [np.quantile(value, MEDIAN_AND_P90).tolist()]
        )
    assert looked[0] < 0.02 * len(value)
