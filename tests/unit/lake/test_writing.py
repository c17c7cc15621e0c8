"""The archive's own files: what the commit says of them, their filters, and the memory that writing them needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable
from pyarrow import parquet

from periplo.events.model import to_batch
from periplo.events.schema import INSTANT, STORED
from periplo.lake import Lake
from periplo.lake.writing import STATISTICS
from support_columns import most_allocated
from support_events import event

START = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
ROWS = 500


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "a lake")
    lake.create()
    return lake


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many groups, many files."""
    monkeypatch.setattr("periplo.lake.writing.ROW_GROUP", 200)
    monkeypatch.setattr("periplo.lake.writing._FILE_BYTES", 20_000)


def batch(part: int, note: str = "") -> pa.RecordBatch:
    events = to_batch([event(f"{part}-{n}", source=f"shop-{n % 7}-ñ", properties=note) for n in range(ROWS)])
    times = [None if n % 50 == 0 else START + timedelta(hours=part, microseconds=n) for n in range(ROWS)]
    events = events.set_column(events.schema.get_field_index("occurred_at"), "occurred_at", pa.array(times, INSTANT))
    places = pa.array(range(part * ROWS + 1, (part + 1) * ROWS + 1), pa.int64())
    return pa.RecordBatch.from_arrays([places, *events.columns], schema=STORED)


def stream(parts: int, note: str = "") -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(STORED, (batch(part, note) for part in range(parts)))


def parquet_files(lake: Lake) -> list[Path]:
    return [file for file in Path(lake.url).rglob("*") if "_delta_log" not in file.parts]


def told(lake: Lake) -> dict[str, dict[str, Any]]:
    """What the newest commit adds."""
    lines = max((Path(lake.url) / "_delta_log").glob("*.json")).read_text("utf-8").splitlines()
    return {add["path"]: add for line in lines if (add := json.loads(line).get("add"))}


def instant(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@pytest.mark.usefixtures("small")
def test_the_commit_tells_what_the_files_hold(lake: Lake) -> None:
    lake.append(stream(6), note={})
    adds = told(lake)
    assert len(adds) > 1
    for name, add in adds.items():
        file = Path(lake.url) / name
        held = parquet.read_table(file, columns=list(STATISTICS))
        ranges = {column: pc.min_max(held[column]).as_py() for column in STATISTICS}
        assert add["size"] == file.stat().st_size
        assert json.loads(add["stats"]) == {
            "numRecords": held.num_rows,
            "minValues": {column: instant(found["min"]) for column, found in ranges.items()},
            "maxValues": {column: instant(found["max"]) for column, found in ranges.items()},
            "nullCount": {column: held[column].null_count for column in STATISTICS},
        }
    actions = pa.table(DeltaTable(lake.url).get_add_actions(flatten=True))
    assert actions["max.occurred_at"].type == INSTANT, "delta-rs reads them as well"
    assert pc.sum(actions["num_records"]).as_py() == lake.now().count() == 6 * ROWS


@pytest.mark.usefixtures("small")
def test_files_are_passed_by_that_hold_nothing_wanted(lake: Lake) -> None:
    lake.append(stream(6), note={})
    last = max(told(lake), key=lambda name: json.loads(told(lake)[name]["stats"])["maxValues"]["seq"])
    for file in parquet_files(lake):
        if file.name != last:
            file.write_bytes(b"not to be read")
    when = f"occurred_at >= '{(START + timedelta(hours=5, microseconds=ROWS - 1)).isoformat()}'"
    assert lake.now().scan(["seq"], after_seq=6 * ROWS - 1).read_all()["seq"].to_pylist() == [6 * ROWS]
    assert lake.now().scan(["seq"], where=when).read_all()["seq"].to_pylist() == [6 * ROWS]


@pytest.mark.usefixtures("small")
def test_a_filter_of_each_group_tells_which_ids_are_not_there(lake: Lake) -> None:
    lake.append(stream(3), note={})
    probe = "SELECT bloom_filter_excludes FROM parquet_bloom_probe(?, 'event_id', ?)"
    database = duckdb.connect()
    for file in lake.now().files():
        present = parquet.read_table(file, columns=["event_id"])["event_id"][0].as_py()
        groups = parquet.read_metadata(file).num_row_groups
        excluded = [row for (row,) in database.execute(probe, [file, "nobody"]).fetchall()]
        assert excluded == [True] * groups
        assert not all(row for (row,) in database.execute(probe, [file, present]).fetchall())
    assert lake.now().known([("shop-3-ñ", "2-3"), ("shop-3-ñ", "nobody")]) == {("shop-3-ñ", "2-3")}


@pytest.mark.usefixtures("small")
def test_other_engines_read_what_was_written(lake: Lake) -> None:
    lake.append(stream(3), note={})
    files, expected = lake.now().files(), pa.Table.from_batches([batch(part) for part in range(3)])
    assert pa.table(DeltaTable(lake.url).to_pyarrow_table()).sort_by("seq").cast(STORED) == expected
    assert parquet.read_schema(files[0]).equals(STORED)
    assert polars.read_parquet(files).sort("seq").to_arrow().cast(STORED) == expected
    found = duckdb.connect().read_parquet(files).order("seq").to_arrow_table()
    assert found.cast(STORED) == expected


@pytest.mark.usefixtures("small")
def test_what_is_written_can_be_put_together_and_replaced(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.lake.compacting.MANY_SMALL", 2)
    lake.append(stream(4), note={})
    monkeypatch.setattr("periplo.lake.writing._FILE_BYTES", 1_000_000)
    assert lake.compact() == lake.now().files()
    assert len(lake.now().files()) == 1
    changed = pa.Table.from_batches([batch(0, "changed").slice(10, 1)])
    lake.correct(changed, note={})
    lake.erase([1, 2, 3], STORED.empty_table(), note={})
    lake.scrub()
    left = lake.now().scan(["seq", "properties"]).read_all().sort_by("seq")
    assert left["seq"].to_pylist() == list(range(4, 4 * ROWS + 1))
    assert left["properties"].to_pylist()[7] == "changed"
    assert {str(file) for file in parquet_files(lake)} == set(lake.now().files())


def test_wide_rows_make_groups_of_fewer(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.lake.writing._GROUP_BYTES", 100_000)
    monkeypatch.setattr("periplo.lake.writing._PIECE_BYTES", 10_000)
    lake.append(stream(2, "x" * 1_000), note={})
    metadata = parquet.read_metadata(lake.now().files()[0])
    assert 8 <= metadata.num_row_groups <= 14


def test_no_events_make_no_commit_unless_the_log_moved_on(lake: Lake) -> None:
    before = lake.now().version
    lake.append(STORED.empty_table().to_reader(), note={})
    assert lake.now().version == before
    lake.append(STORED.empty_table().to_reader(), note={}, archived_seq=9)
    assert (lake.now().version, lake.now().archived_seq(), parquet_files(lake)) == (before + 1, 9, [])


@pytest.mark.usefixtures("small")
def test_a_stream_that_breaks_leaves_no_file(lake: Lake) -> None:
    def breaking() -> Iterator[pa.RecordBatch]:
        yield from stream(6)
        assert len(parquet_files(lake)) > 1
        raise ValueError("broken")

    before = lake.now().version
    with pytest.raises(ValueError, match="broken"):
        lake.append(pa.RecordBatchReader.from_batches(STORED, breaking()), note={})
    assert (lake.now().version, parquet_files(lake)) == (before, [])


def test_a_lake_at_a_url(tmp_path: Path) -> None:
    lake = Lake((tmp_path / "a lake").as_uri())
    lake.create()
    lake.append(stream(1), note={})
    now = lake.now()
    assert (now.count(), now.damaged()) == (ROWS, {})
    assert sum(map(len, now.keys_in(now.files()[0]))) == ROWS


def test_memory_does_not_grow_with_the_number_of_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.lake.writing._GROUP_BYTES", 1 << 20)
    monkeypatch.setattr("periplo.lake.writing._FILE_BYTES", 1 << 20)

    def write(parts: int) -> None:
        lake = Lake(tmp_path / f"lake{parts}")
        lake.create()
        lake.append(stream(parts, "x" * 500), note={})
        assert lake.now().count() == parts * ROWS

    few, many = most_allocated(lambda: write(10)), most_allocated(lambda: write(60))
    assert many < few * 1.05, (few, many)
