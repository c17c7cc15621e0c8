"""A column in the order of arrival: written and read, memory holds a part of it at a time."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from periplo.operation import shelf
from periplo.workspace.arrived import Arrived, read, write

EVENTS = 12_000_000
"""48 MB of codes."""
TEXTS = pa.array(["3", "2.5", "10"])


def mapped_mb() -> int:
    found = re.search(r"RssFile:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1]) >> 10


@pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")
def test_of_a_large_column_memory_holds_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = shelf.room(tmp_path, EVENTS, np.int32)
    for some in shelf.slices(EVENTS):
        codes[some] = np.arange(some.start, some.stop) % 3
        shelf.release(codes)
    before, held, let_go = mapped_mb(), list[int](), shelf.release

    def looked(array: np.ndarray[Any, Any]) -> None:
        held.append(mapped_mb() - before)
        let_go(array)

    monkeypatch.setattr(shelf, "release", looked)
    write(tmp_path / "column.arrow", Arrived(codes, TEXTS, True))
    assert len(held) > 40
    assert max(held) < 10

    column = read(tmp_path / "column.arrow")
    assert (column.texts.equals(TEXTS), column.numeric, len(column)) == (True, True, EVENTS)
    assert np.bincount(column.codes).tolist() == [EVENTS // 3] * 3
    assert mapped_mb() - before > 40
    let_go(column.codes)
    assert mapped_mb() - before < 10


@pytest.mark.parametrize("damage", [b"", b"no column at all"])
def test_a_file_that_is_not_as_it_was_written_is_a_column_of_nothing(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "column.arrow"
    write(file, Arrived(np.array([0, -1, 2], np.int32), TEXTS, False))
    assert read(file).codes.tolist() == [0, -1, 2]
    assert not read(file).numeric
    file.write_bytes(damage)
    assert len(read(file)) == len(read(tmp_path / "missing")) == 0
