"""What an import stages comes back once, in order, and nothing stays behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from periplo.events.model import to_batch
from periplo.intake import IntakeBatch, Reject
from periplo.lake import Lake
from periplo.workspace import staging
from periplo.workspace.staging import Staging
from support_events import event


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.create()
    return lake


def batch(*ids: str, rows: int | None = None, rejects: int = 0, **fields: str) -> IntakeBatch:
    """Events with these ids, each made of one raw row unless ``rows`` says otherwise."""
    usual = {"file": "f", "field": "", "reason": "", "values": {"value": "\udcff"}, "header": ""}
    refused = [Reject(**usual, line=n, raw=f"{ids} {n} \udcff", reject_id=f"{ids}{n}") for n in range(rejects)]
    each = np.full(len(ids), rows or 1, np.int64)
    return IntakeBatch(to_batch([event(one, **fields) for one in ids]), int(each.sum()) + rejects, each, refused)


def test_what_is_new_stays_in_order(tmp_path: Path, lake: Lake) -> None:
    with Staging(tmp_path / "staging") as staged:
        for part in (batch("c", "a"), batch(), batch("a", "b", rejects=2), batch("c", "d", source="till")):
            staged.add(part)
        staged.close()
        assert staged.keep_new(lake.now()) == 5
        assert staged.leave_out([("till", "d"), ("till", "a"), ("web", "z")]) == 4
        table = staged.events(101).read_all()
        assert table["event_id"].to_pylist() == ["c", "a", "b", "c"]
        assert table["source"].to_pylist() == ["web", "web", "web", "till"]
        assert table["seq"].to_pylist() == [101, 102, 103, 104]
        assert staged.counts() == (8, 4, 2, 2, 0, 0)
    assert not (tmp_path / "staging").exists()


def test_what_the_archive_holds_is_left_out(tmp_path: Path, lake: Lake) -> None:
    for expected in (3, 0):
        with Staging(tmp_path / "staging") as staged:
            staged.add(batch("a", "b", "it's", rows=5))
            staged.close()
            assert staged.keep_new(lake.now()) == expected
            assert staged.counts() == (15, 5 * expected, 15 - 5 * expected, 0, 0, 0)
            lake.append(staged.events(1), note={})
    assert lake.now().count() == 3


def test_refused_rows_come_back_as_they_were(tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_REJECTS_AT_ONCE", 2)
    part = batch("a", rejects=5)
    with Staging(tmp_path / "staging") as staged:
        staged.add(part)
        staged.close()
        pages = list(staged.rejects())
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [reject for page in pages for reject in page] == part.rejects


def test_nothing_at_all(tmp_path: Path, lake: Lake) -> None:
    with Staging(tmp_path / "staging") as staged:
        staged.close()
        assert (staged.keep_new(lake.now()), staged.leave_out([]), staged.counts(), list(staged.rejects())) == (
            0,
            0,
            (0, 0, 0, 0, 0, 0),
            [],
        )


def test_leftovers_of_a_killed_import_do_not_disturb(tmp_path: Path, lake: Lake) -> None:
    folder = tmp_path / "staging"
    folder.mkdir()
    (folder / "events.arrow").write_bytes(b"half")
    with Staging(folder) as staged:
        staged.add(batch("a"))
        staged.close()
        assert staged.keep_new(lake.now()) == 1
    assert not folder.exists()
