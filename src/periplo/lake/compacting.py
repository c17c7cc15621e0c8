"""Small files of the archive put together, in memory that does not grow with them: one group of events at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction
from pyarrow import parquet

from periplo.events.schema import STORED
from periplo.lake.writing import store_at

SMALL_ROWS, SMALL_BYTES, MANY_SMALL = 500_000, 50 << 20, 24
"""So many files with fewer rows and fewer bytes than these are put together."""

_READ_AT_ONCE = 8_192


class Small(NamedTuple):
    """A file of the table, by its path in it."""

    path: str
    size: int

    def removed(self) -> RemoveAction:
        """What a commit says of it in whose other files its events are."""
        return RemoveAction(self.path, False, int(time.time() * 1000), self.size, {})


def many_small(table: DeltaTable) -> list[Small]:
    """The small files of a table, in the order of their first events; none where they are few."""
    files = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    found = [one for one in files if one["num_records"] < SMALL_ROWS and one["size_bytes"] < SMALL_BYTES]
    found.sort(key=lambda one: one.get("min.seq") or 0)
    return [Small(one["path"], one["size_bytes"]) for one in found] if len(found) >= MANY_SMALL else []


def events_of(files: Sequence[Small], url: str) -> Iterator[pa.RecordBatch]:
    """All events of some files (schema ``STORED``), some at a time; columns that a file does not know are empty."""
    store = store_at(url)
    for one in files:
        with store.open_input_file(one.path) as source:
            file = parquet.ParquetFile(source, pre_buffer=False)
            for batch in file.iter_batches(_READ_AT_ONCE, use_threads=False):
                yield _as_stored(batch)


def _as_stored(batch: pa.RecordBatch) -> pa.RecordBatch:
    known = set(batch.schema.names)
    columns = [
        batch[field.name].cast(field.type) if field.name in known else pa.nulls(len(batch), field.type)
        for field in STORED
    ]
    return pa.RecordBatch.from_arrays(columns, schema=STORED)
