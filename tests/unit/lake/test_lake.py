"""The lake: atomic commits, pruned scans, what it answers about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Thread

import duckdb
import pyarrow as pa
import pytest

from periplo.errors import DamagedShop, ShopBusy
from periplo.events.keys import key_hashes
from periplo.events.model import to_batch
from periplo.events.schema import STORED
from periplo.lake import ArchivedKeys, Lake
from support_events import event


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake" / "events")
    lake.create()
    return lake


def stored(ids: Sequence[str], first_seq: int = 1) -> pa.RecordBatchReader:
    batch = to_batch([event(one) for one in ids])
    places = pa.array(range(first_seq, first_seq + len(ids)), pa.int64())
    whole = pa.RecordBatch.from_arrays([places, *batch.columns], schema=STORED)
    return pa.RecordBatchReader.from_batches(STORED, [whole])


def test_a_new_lake_is_empty(lake: Lake) -> None:
    assert (lake.now().count(), lake.now().files(), lake.now().archived_seq()) == (0, [], 0)
    assert lake.now().scan(["seq", "event"]).read_all().num_rows == 0


def test_making_it_again_changes_nothing(lake: Lake) -> None:
    lake.append(stored(["a"]), note={})
    lake.create()
    assert lake.now().count() == 1


def test_only_the_columns_and_places_asked_for(lake: Lake) -> None:
    lake.append(stored(list("abc")), note={"import_id": "1"})
    lake.append(stored(list("def"), 4), note={"import_id": "2"})
    table = lake.now().scan(["seq", "event_id"], after_seq=2, until_seq=5).read_all().sort_by("seq")
    assert table.to_pydict() == {"seq": [3, 4, 5], "event_id": ["c", "d", "e"]}
    assert table.schema == pa.schema([STORED.field("seq"), STORED.field("event_id")])


def test_the_commit_says_what_it_brought(lake: Lake) -> None:
    from deltalake import DeltaTable

    lake.append(stored(["a"]), note={"import_id": "1", "first_seq": 1, "last_seq": 1})
    assert DeltaTable(lake.url).history(1)[0]["periplo"] == {"import_id": "1", "first_seq": 1, "last_seq": 1}


def test_how_far_the_log_is_archived_is_part_of_the_commit(lake: Lake) -> None:
    lake.append(stored(["a"]), note={}, archived_seq=17)
    lake.append(stored(["b"], 18), note={})
    assert lake.now().archived_seq() == 17


def test_a_snapshot_stays_as_it_was(lake: Lake) -> None:
    before = lake.now()
    lake.append(stored(["a"]), note={}, archived_seq=1)
    assert (before.count(), before.archived_seq(), before.scan(["seq"]).read_all().num_rows) == (0, 0, 0)


def test_it_is_opened_again_only_when_it_has_changed(lake: Lake) -> None:
    before = lake.now()
    assert lake.now() is before
    Lake(lake.url).append(stored(["a"]), note={})
    assert (lake.now().count(), before.count()) == (1, 0)
    assert lake.now() is lake.now()


def test_an_archive_that_is_gone_or_another_is_not_taken_for_the_one_from_before(lake: Lake, tmp_path: Path) -> None:
    lake.append(stored(["a"]), note={})
    assert lake.now().count() == 1
    Path(lake.url).rename(tmp_path / "away")
    with pytest.raises(DamagedShop, match="cannot be read"):
        lake.now()
    other = Lake(lake.url)
    other.create()
    other.append(stored(["b", "c"]), note={})
    assert lake.now().count() == 2


def test_a_write_that_fails_leaves_nothing_to_be_read(lake: Lake) -> None:
    def breaking() -> Iterator[pa.RecordBatch]:
        yield from stored(["a"])
        raise ValueError("broken")

    with pytest.raises(Exception, match="broken"):
        lake.append(pa.RecordBatchReader.from_batches(STORED, breaking()), note={})
    assert lake.now().count() == 0


def test_which_events_are_known(lake: Lake) -> None:
    lake.append(stored(["a", "it's"]), note={})
    asked = [("web", "a"), ("till", "a"), ("web", "it's"), ("web", "nobody")]
    assert lake.now().known(asked) == {("web", "a"), ("web", "it's")}
    assert lake.now().known([]) == set()


def test_other_engines_read_its_files(lake: Lake) -> None:
    lake.append(stored(list("abc")), note={})
    files = lake.now().files()
    assert duckdb.connect().sql(f"SELECT count(*) FROM read_parquet({files})").fetchall() == [(3,)]


def test_leftovers_of_killed_writers_are_removed(lake: Lake) -> None:
    lake.append(stored(["a"]), note={})
    # The second as delta-rs names a file before it is whole.
    leftovers = [Path(lake.url) / name for name in ("part-killed.parquet", "part-killed.parquet#1")]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    lake.tidy()
    assert [leftover for leftover in leftovers if leftover.exists()] == []
    assert lake.now().count() == 1


@pytest.mark.parametrize("damage", ["missing", "no log", "broken log"])
def test_damage_is_told(tmp_path: Path, lake: Lake, damage: str) -> None:
    lake.append(stored(["a"]), note={})
    commits = Path(lake.url) / "_delta_log"
    for file in sorted(commits.iterdir()):
        file.write_text("{broken") if damage == "broken log" else file.unlink()
    url = tmp_path / "nowhere" if damage == "missing" else lake.url
    with pytest.raises(DamagedShop, match="cannot be read"):
        Lake(url).now().count()


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"PAR1 broken PAR1")])
def test_a_damaged_file_is_told_when_it_is_read(lake: Lake, damage: Callable[[Path], object]) -> None:
    lake.append(stored(["a"]), note={})
    snapshot = lake.now()
    damage(Path(snapshot.files()[0]))
    with pytest.raises(DamagedShop, match="cannot be read"):
        snapshot.scan(["event_id"]).read_all()


def test_an_archive_from_before_a_column_gets_it(tmp_path: Path) -> None:
    from deltalake import DeltaTable, write_deltalake

    url = str(tmp_path / "old")
    old = stored(["a"]).read_all().drop_columns(["ticket_id"])
    DeltaTable.create(url, old.schema)
    write_deltalake(url, old, mode="append")
    lake = Lake(url)
    assert lake.now().scan(["event_id", "ticket_id"]).read_all().to_pylist() == [{"event_id": "a", "ticket_id": None}]
    lake.append(stored(["b"], 2), note={})
    assert lake.now().scan(STORED.names).read_all().schema == STORED


def test_small_files_are_put_together_and_nothing_changes(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("periplo.lake.compacting.MANY_SMALL", 4)
    seen = ArchivedKeys(tmp_path / "seen", lake)
    for number in range(5):
        new = stored([f"{number}-a", f"{number}-b"], 1 + 2 * number)
        lake.append(new, note={}, archived_seq=2 + 2 * number, after_seq=2 * number)
        assert bool(lake.compact()) is (number == 3)
        seen.follow()
    now = lake.now()
    assert (len(now.files()), now.count(), now.archived_seq()) == (2, 10, 10)
    assert sorted(now.scan(["seq"]).read_all()["seq"].to_pylist()) == list(range(1, 11))
    hashes = key_hashes(pa.array(["web"] * 3), pa.array(["0-a", "4-b", "new"]))
    assert seen.maybe(hashes, now.version).tolist() == [True, True, False]
    assert ArchivedKeys(tmp_path / "seen", lake).maybe(hashes, now.version).tolist() == [True, True, False]


def test_keys_are_kept_by_who_archives_and_read_by_others(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = (ArchivedKeys(tmp_path / "seen", lake) for _ in range(2))
    hashes = key_hashes(pa.array(["web"] * 2), pa.array(["0", "3"]))
    for number in range(4):
        lake.append(stored([f"{number}"], number + 1), note={}, archived_seq=number + 1, after_seq=number)
        if number != 1:  # once the writer is late
            writer.follow()
        kept = sorted(file.name for file in (tmp_path / "seen").iterdir())
        with monkeypatch.context() as watched:
            if number != 1:
                watched.setattr("periplo.lake.lake.Snapshot.keys_in", lambda *_: pytest.fail("read again"))
            assert reader.maybe(hashes, writer.version()).tolist() == [True, number == 3]
        assert sorted(file.name for file in (tmp_path / "seen").iterdir()) == kept


def test_of_two_who_move_the_same_events_one_does(lake: Lake) -> None:
    """Before the other has committed, and while it does."""
    lake.append(stored(["a"]), note={}, archived_seq=1)
    with pytest.raises(ShopBusy):
        lake.append(stored(["a"]), note={}, archived_seq=1)

    def slow() -> Iterator[pa.RecordBatch]:
        other = Thread(
            target=lake.append, args=(stored(["b"], 2),), kwargs={"note": {}, "archived_seq": 2, "after_seq": 1}
        )
        other.start()
        other.join()
        yield from stored(["b"], 2)

    with pytest.raises(ShopBusy):
        lake.append(pa.RecordBatchReader.from_batches(STORED, slow()), note={}, archived_seq=2, after_seq=1)
    assert lake.now().count() == 2
