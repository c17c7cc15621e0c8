"""Small files put together: nothing changes for readers, once, and in memory that does not grow with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyarrow import parquet

from periplo.errors import DamagedShop, ShopBusy
from periplo.events.model import to_batch
from periplo.events.schema import STORED
from periplo.lake import ArchivedKeys, Lake, compacting
from support_columns import most_allocated
from support_events import event

ROWS = 500


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return made(tmp_path / "a lake")


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "MANY_SMALL", 2)


def made(folder: Path, files: int = 3, note: str = "") -> Lake:
    """A lake with so many files, the last events first."""
    lake = Lake(folder)
    lake.create()
    for part in reversed(range(files)):
        lake.append(pa.RecordBatchReader.from_batches(STORED, [batch(part, note)]), note={})
    return lake


def batch(part: int, note: str) -> pa.RecordBatch:
    events = to_batch([event(f"{part}-{n}", properties=note) for n in range(ROWS)])
    places = pa.array(range(part * ROWS + 1, (part + 1) * ROWS + 1), pa.int64())
    return pa.RecordBatch.from_arrays([places, *events.columns], schema=STORED)


def whole(lake: Lake) -> pa.Table:
    return lake.now().scan(STORED.names).read_all().sort_by("seq").combine_chunks()


def last_commit(lake: Lake) -> list[dict[str, Any]]:
    file = max((Path(lake.url) / "_delta_log").glob("*.json"))
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_the_same_events_lie_in_one_file_in_the_order_in_which_they_came(lake: Lake) -> None:
    before = whole(lake)
    assert lake.compact() == lake.now().files()
    assert whole(lake) == before
    assert parquet.read_table(lake.now().files()[0])["seq"].to_pylist() == list(range(1, 3 * ROWS + 1))


def test_who_follows_the_table_hears_of_no_new_events(lake: Lake) -> None:
    lake.compact()
    changes = [line for action in last_commit(lake) for name, line in action.items() if name in ("add", "remove")]
    assert len(changes) == 4
    assert not any(change["dataChange"] for change in changes)


def test_what_is_large_already_is_left(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "SMALL_BYTES", 1_000)
    assert lake.compact() == []
    monkeypatch.undo()
    monkeypatch.setattr(compacting, "MANY_SMALL", 2)
    monkeypatch.setattr(compacting, "SMALL_ROWS", ROWS)
    assert lake.compact() == []


def test_a_column_that_an_older_file_does_not_know_is_empty(tmp_path: Path) -> None:
    url = str(tmp_path / "old")
    old = pa.Table.from_batches([batch(0, "")]).drop_columns(["ticket_id"])
    DeltaTable.create(url, old.schema)
    for _ in range(2):
        write_deltalake(url, old, mode="append")
    lake = Lake(url)
    lake.compact()
    assert whole(lake).schema == STORED
    assert whole(lake)["ticket_id"].null_count == 2 * ROWS


@pytest.mark.parametrize("meanwhile", ["compacted", "erased", "corrected"])
def test_of_two_who_change_the_same_files_one_does(lake: Lake, monkeypatch: pytest.MonkeyPatch, meanwhile: str) -> None:
    """A lock can be lost on the way: else events would be there twice, and those of who was erased come back."""
    reading, other = compacting.events_of, Lake(lake.url)
    change: Callable[[], object] = {
        "compacted": other.compact,
        "erased": lambda: other.erase([1, 2], STORED.empty_table(), note={}),
        "corrected": lambda: other.correct(pa.Table.from_batches([batch(0, "mended").slice(0, 1)]), note={}),
    }[meanwhile]

    def slow(*given: Any) -> Iterator[pa.RecordBatch]:
        monkeypatch.setattr("periplo.lake.lake.events_of", reading)
        change()
        yield from reading(*given)

    monkeypatch.setattr("periplo.lake.lake.events_of", slow)
    with pytest.raises(ShopBusy):
        lake.compact()
    assert lake.now().count() == 3 * ROWS - 2 * (meanwhile == "erased")
    assert lake.now().corrections() == (meanwhile != "compacted")


def test_events_that_come_meanwhile_stay(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = compacting.events_of

    def slow(*given: Any) -> Iterator[pa.RecordBatch]:
        Lake(lake.url).append(pa.RecordBatchReader.from_batches(STORED, [batch(3, "")]), note={}, archived_seq=9)
        yield from reading(*given)

    monkeypatch.setattr("periplo.lake.lake.events_of", slow)
    assert len(lake.compact()) == 1
    assert (lake.now().count(), len(lake.now().files()), lake.now().archived_seq()) == (4 * ROWS, 2, 9)


def test_a_damaged_file_is_told_and_nothing_is_left(lake: Lake) -> None:
    files = lake.now().files()
    Path(files[-1]).write_bytes(b"PAR1 broken PAR1")
    with pytest.raises(DamagedShop, match="cannot be read"):
        lake.compact()
    assert lake.now().files() == files
    assert {str(file) for file in Path(lake.url).glob("*.parquet")} == set(files)


def test_keys_are_not_read_again(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ArchivedKeys(tmp_path / "seen", lake)
    keys.follow()
    monkeypatch.setattr("periplo.lake.lake.Snapshot.keys_in", lambda *_: pytest.fail("read again"))
    keys.follow(lake.compact())
    ArchivedKeys(tmp_path / "seen", lake).follow()


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.lake.writing._GROUP_BYTES", 1 << 20)
    few, many = (made(tmp_path / f"{files}", files, "x" * 500) for files in (6, 24))
    at_most = [most_allocated(lake.compact) for lake in (few, many)]
    assert at_most[1] < at_most[0] * 1.05, at_most
