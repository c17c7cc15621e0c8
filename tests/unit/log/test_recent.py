"""Which keys the log may hold, in memory or, when much waits for the archive, on a shelf."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from periplo.log import seen
from periplo.log.seen import Recent


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MOST_IN_RUN", 4)
    monkeypatch.setattr(seen, "MOST_IN_MEMORY", 3)


@pytest.mark.parametrize("shelf", ["there", "none", "not to be written"])
def test_what_came_is_known_until_it_leaves_the_log(tmp_path: Path, shelf: str) -> None:
    (tmp_path / "a file").touch()
    recent = Recent({"there": tmp_path / "cache", "none": None, "not to be written": tmp_path / "a file"}[shelf])
    for first in range(0, 100, 5):
        recent.add(np.arange(first, first + 5, dtype=np.uint64), first + 5)
    hashes = np.array([0, 49, 50, 99, 100], np.uint64)
    assert recent.maybe(hashes).tolist() == [True, True, True, True, False]
    recent.drop(50)
    assert recent.maybe(hashes).tolist() == [False, False, True, True, False]
    assert (in_memory(recent) < 3) is (shelf == "there")


def test_short_runs_stay_where_they_can_still_grow(tmp_path: Path) -> None:
    recent = Recent(tmp_path)
    for place in range(1, 200):
        recent.add(np.array([place], np.uint64), place)
    assert in_memory(recent) <= 3 + 4
    assert recent.maybe(np.arange(1, 201, dtype=np.uint64)).tolist() == [True] * 199 + [False]


def in_memory(recent: Recent) -> int:
    """How many runs."""
    return sum(1 for _, run in recent._runs if run.flags.writeable)
