"""What is looked up in something mapped, part after part, is what stands there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from periplo.operation import shelf


@pytest.mark.parametrize("kind", [np.int32, np.int64])
@given(st.integers(0, 2**32), st.integers(1, 3_000), st.integers(0, 300), st.sampled_from([3, 10, 20]))
def test_looked_up_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, kind: type[np.integer], seed: int, size: int, asked: int, bits: int
) -> None:
    random = np.random.default_rng(seed)
    folder: Path = tmp_path_factory.getbasetemp()
    whole: NDArray[np.int64] = random.integers(-(2**40), 2**40, size)
    kept, rows = shelf.Shelf(folder).keep(whole)[0], random.integers(0, size, asked).astype(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "_LOOKED_UP_BITS", bits)
        assert shelf.looked_up(kept, rows).tolist() == whole[rows].tolist()
