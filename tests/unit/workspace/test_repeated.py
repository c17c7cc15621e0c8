"""Which hashes come more than once, however many there are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.operation import shelf
from periplo.operation.shelf import Shelf
from periplo.workspace import repeated as module
from periplo.workspace.repeated import repeated

HASHES = st.sampled_from([0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]) | st.integers(0, (1 << 64) - 1)


@given(batches=st.lists(st.lists(HASHES, max_size=8), max_size=8), at_once=st.sampled_from([1, 3, 1 << 20]))
def test_those_that_come_more_than_once(batches: list[list[int]], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "AT_ONCE", at_once)
        patched.setattr(shelf, "_ROWS_AT_ONCE", at_once)
        found = repeated((np.array(some, np.uint64) for some in batches), Shelf())
    counts = Counter(one for some in batches for one in some)
    assert found.tolist() == sorted(one for one, count in counts.items() if count > 1)
