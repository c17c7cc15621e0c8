"""Where an import works before its commit: batches wait on disk while duplicates are found, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.keys import U64, inside, key_hashes
from periplo.events.schema import EVENTS, STORED
from periplo.intake import IntakeBatch, Reject
from periplo.journeys.columns import Bool
from periplo.lake import Snapshot, one_of
from periplo.log import Key
from periplo.operation.shelf import Shelf
from periplo.workspace.engine import engine
from periplo.workspace.repeated import repeated

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_STAGED = EVENTS.append(pa.field("rows", pa.int64()))
_KEY = pa.schema([pa.field("place", pa.int64()), EVENTS.field("source"), EVENTS.field("event_id")])
_REJECTS_AT_ONCE = 10_000


class Counts(NamedTuple):
    """Raw rows: all that were read, those whose events are new, those already there, those refused, those of
    people who were erased, and those that nobody consented to."""

    read: int
    accepted: int
    duplicates: int
    rejected: int
    erased: int = 0
    dropped: int = 0


class Staging:
    """The events and refused rows of one import, in a folder that is removed at the end.

    First ``add`` all batches, then ``close``, ``keep_new``, ``leave_out`` what was recorded, and read them.
    """

    def __init__(self, folder: Path) -> None:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder, self._events, self._rejects = folder, folder / "events.arrow", folder / "rejects.jsonl"
        self._writer = pa.ipc.new_file(self._events, _STAGED, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._refused = self._rejects.open("w", encoding="ascii")
        self._sources: set[str] = set()
        self._read = self._rejected = self._erased = self._dropped = self._count = 0
        self._keep: Bool = np.zeros(0, np.bool_)

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        rmtree(self._folder, ignore_errors=True)

    def add(self, batch: IntakeBatch) -> None:
        rows = pa.array(batch.rows_of_event, pa.int64())
        if batch.events.num_rows:
            self._writer.write_batch(pa.RecordBatch.from_arrays([*batch.events.columns, rows], schema=_STAGED))
        # Not msgspec's JSON: a refused row may hold what is no Unicode, and must come back as it was.
        self._refused.writelines(json.dumps(msgspec.to_builtins(reject)) + "\n" for reject in batch.rejects)
        self._sources.update(pc.unique(batch.events["source"]).to_pylist())
        self._read += batch.rows
        self._rejected += len(batch.rejects)
        self._count += batch.events.num_rows

    def leave_erased(self, rows: int) -> None:
        """So many raw rows were read that do not come in, because they are of people who were erased."""
        self._read += rows
        self._erased += rows

    def leave_dropped(self, rows: int) -> None:
        """So many raw rows were read that do not come in, because nobody consented to them."""
        self._read += rows
        self._dropped += rows

    def close(self) -> None:
        """No more batches."""
        self._writer.close()
        self._refused.close()

    def keep_new(self, archive: Snapshot) -> int:
        """Leaves out what the archive holds, and second ones among the staged; answers how many stay.

        A key whose hash comes once is new for certain; only the others are compared.
        """
        self._keep = _mapped(self._folder / "keep", max(1, self._count))
        if self._count:
            where = one_of("source", self._sources)
            twice = repeated(_hashes(self._keys(), archive.scan(_KEY.names[1:], where=where)), Shelf(self._folder))
            for batch in self._keys():
                self._keep[batch["place"].to_numpy()] = ~inside(twice, _hash(batch))
            if len(twice):
                staged, known = (
                    _among(twice, keys) for keys in (self._keys(), archive.scan(_KEY.names[1:], where=where))
                )
                with engine(self._folder) as database:
                    for batch in _new_places(database, staged, known):
                        self._keep[batch["place"].to_numpy()] = True
        return int(np.count_nonzero(self._keep))

    def leave_out(self, live: Sequence[Key]) -> int:
        """Leaves out what the log holds, which is little; answers how many stay."""
        wanted, ids = set(live), pa.array([event_id for _, event_id in live], pa.string())
        for batch in self._keys() if live else ():
            like = batch.filter(pc.is_in(batch["event_id"], ids)).to_pylist()
            places = [row["place"] for row in like if (row["source"], row["event_id"]) in wanted]
            self._keep[places] = False
        return int(np.count_nonzero(self._keep))

    def counts(self) -> Counts:
        accepted = sum(int(pc.sum(batch["rows"]).as_py() or 0) for batch in self._kept("rows"))
        already = self._read - self._rejected - self._erased - self._dropped - accepted
        return Counts(self._read, accepted, already, self._rejected, self._erased, self._dropped)

    def events(self, first_seq: int) -> pa.RecordBatchReader:
        """The events that stay, with their places in the sequence, as a stream (schema ``STORED``)."""
        return pa.RecordBatchReader.from_batches(STORED, self._numbered(first_seq))

    def rejects(self) -> Iterator[list[Reject]]:
        """The refused rows, some at a time."""
        with self._rejects.open(encoding="ascii") as lines:
            some: list[Reject] = []
            for line in lines:
                some.append(msgspec.convert(json.loads(line), Reject))
                if len(some) == _REJECTS_AT_ONCE:
                    yield some
                    some = []
            if some:
                yield some

    def _numbered(self, first_seq: int) -> Iterator[pa.RecordBatch]:
        for batch in self._kept():
            places = pa.array(np.arange(first_seq, first_seq + batch.num_rows))
            first_seq += batch.num_rows
            yield pa.RecordBatch.from_arrays([places, *batch.columns[:-1]], schema=STORED)

    def _kept(self, *columns: str) -> Iterator[pa.RecordBatch]:
        first = 0
        for batch in _batches(self._events, *columns):
            mask = np.asarray(self._keep[first : first + batch.num_rows])
            first += batch.num_rows
            yield batch if mask.all() else batch.filter(pa.array(mask))

    def _keys(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(_KEY, _keys(self._events))


def _mapped(file: Path, count: int) -> Bool:
    """So many truth values in a file. Its room is taken first: a mapped page that finds the disk full kills."""
    np.zeros(count, np.bool_).tofile(file)
    return np.memmap(file, np.bool_, "r+", shape=(count,))


def _hashes(*streams: pa.RecordBatchReader) -> Iterator[U64]:
    return (_hash(batch) for stream in streams for batch in stream)


def _hash(keys: pa.RecordBatch) -> U64:
    return key_hashes(keys["source"], keys["event_id"])


def _among(hashes: U64, keys: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The keys with one of the hashes."""
    batches = (batch.filter(pa.array(inside(hashes, _hash(batch)))) for batch in keys)
    return pa.RecordBatchReader.from_batches(keys.schema, batches)


def _new_places(
    database: DuckDBPyConnection, staged: pa.RecordBatchReader, known: pa.RecordBatchReader
) -> pa.RecordBatchReader:
    """The places of the first staged event of each key that is not known."""
    database.register("staged", staged)
    database.register("known", known)
    return database.sql(
        "SELECT min(place) AS place FROM staged ANTI JOIN known USING (source, event_id) GROUP BY source, event_id"
    ).to_arrow_reader()


def _batches(file: Path, *columns: str) -> Iterator[pa.RecordBatch]:
    fields = [_STAGED.get_field_index(name) for name in columns] or None
    # Not memory-mapped: pages of the file would count as ours, as many as it has.
    with pa.OSFile(str(file)) as source:
        reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)


def _keys(file: Path) -> Iterator[pa.RecordBatch]:
    first = 0
    for batch in _batches(file, "source", "event_id"):
        places = pa.array(np.arange(first, first + batch.num_rows))
        first += batch.num_rows
        yield pa.RecordBatch.from_arrays([places, batch["source"], batch["event_id"]], schema=_KEY)
