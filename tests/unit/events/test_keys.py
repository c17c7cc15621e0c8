"""Hashes of keys in sorted runs: sought and merged as sets are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from periplo.events.keys import inside, merged

HASHES = st.lists(
    st.sampled_from([0, 1, (1 << 32) - 1, 1 << 63, (1 << 64) - 1]) | st.integers(0, 50) | st.integers(0, (1 << 64) - 1)
)


@given(run=HASHES, asked=HASHES)
def test_what_is_in_a_run_is_found_however_unevenly_it_is_spread(run: list[int], asked: list[int]) -> None:
    found = inside(np.array(sorted(run), np.uint64), np.array(asked, np.uint64))
    assert found.tolist() == [one in run for one in asked]


@given(one=HASHES, other=HASHES)
def test_merged_runs_are_the_union_in_order(one: list[int], other: list[int]) -> None:
    both = merged(*(np.array(sorted({*some}), np.uint64) for some in (one, other)))
    assert both.tolist() == sorted({*one, *other})
