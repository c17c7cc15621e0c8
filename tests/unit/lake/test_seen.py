"""Which keys the archive may hold: the same answer however the hashes lie in runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.events.keys import inside
from periplo.lake import seen
from periplo.lake.seen import _Seen

HASHES = st.sampled_from([0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]) | st.integers(0, (1 << 64) - 1)


@given(parts=st.lists(st.lists(HASHES, max_size=12), max_size=8), in_memory=st.sampled_from([1, 3, 1 << 18]))
def test_runs_hold_what_came(tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], in_memory: int) -> None:
    found = _Seen()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(seen, "MOST_IN_MEMORY", in_memory)
        for part in parts:
            found = found.plus(np.array(part, np.uint64), tmp_path_factory.getbasetemp())
    came = {one for part in parts for one in part}
    assert {one for run in found.runs.values() for one in run.tolist()} == came
    assert all((run[1:] > run[:-1]).all() for run in found.runs.values())


def test_where_nothing_can_be_written_runs_are_joined_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "MOST_IN_MEMORY", 1)
    (tmp_path / "a file").touch()
    found = _Seen()
    for one in range(4):
        found = found.plus(np.array([one], np.uint64), tmp_path / "a file")
    hashes = np.array([0, 3, 4], np.uint64)
    assert np.any([inside(run, hashes) for run in found.runs.values()], axis=0).tolist() == [True, True, False]
    assert len(found.runs) == 2
