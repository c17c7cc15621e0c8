"""The archive's Parquet files, written in memory that does not grow with them: one group of events at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from time import time
from typing import Any, Final
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import BloomFilterProperties, ColumnProperties, WriterProperties
from deltalake.fs import DeltaStorageHandler
from deltalake.transaction import AddAction
from pyarrow import fs, parquet

from periplo.events.schema import STORED

ROW_GROUP = 64 * 1024
STATISTICS = ("seq", "occurred_at", "source")
"""Columns whose least and greatest values the commit tells of each file, so that scans pass files by."""

_GROUP_BYTES, _FILE_BYTES, _PIECE_BYTES = 32 << 20, 100 << 20, 2 << 20
_COMPRESSION: Final = "ZSTD"
_LEVEL, _FILTER_ERRS = 3, 0.01
# Whether an event is here is asked for each live event: the filters answer without reading the column.
_ASKED = "event_id"
_UNFINISHED = re.compile(r"\.parquet#\d+$")

REWRITTEN = WriterProperties(
    compression=_COMPRESSION,
    compression_level=_LEVEL,
    max_row_group_size=ROW_GROUP,
    column_properties={
        _ASKED: ColumnProperties(
            dictionary_enabled=False,
            bloom_filter_properties=BloomFilterProperties(True, fpp=_FILTER_ERRS, ndv=ROW_GROUP),
        )
    },
)
"""How delta-rs writes what it replaces: as it is written here."""


def write(events: Iterable[pa.RecordBatch], url: str, *, new: bool = True) -> list[AddAction]:
    """Writes events (schema ``STORED``) into new files at the URL of the table; answers what its commit must add.
    ``new``: they are not in the table yet.

    Raises what reading the events raises; then no file is left.
    """
    store, files = store_at(url), list[_File]()
    try:
        for group in _groups(events):
            if not files or files[-1].full:
                files.append(_File(store, ROW_GROUP if group.nbytes >= _GROUP_BYTES else len(group)))
            files[-1].add(group)
            del group  # not held while the next is put together
        return [file.close(new) for file in files]
    except BaseException:
        for file in files:
            file.remove()
        raise


def remove(files: Iterable[AddAction], url: str) -> None:
    """Removes files that did not get into the table."""
    store = store_at(url)
    for file in files:
        store.delete_file(file.path)


def remove_unfinished(url: str) -> None:
    """Removes what delta-rs had begun to write when it was killed, and does not see itself: files with ``#`` in their
    names. An object store has none."""
    store = store_at(url)
    if isinstance(store, fs.SubTreeFileSystem):
        for file in store.get_file_info(fs.FileSelector("")):
            if _UNFINISHED.search(file.base_name):
                store.delete_file(file.path)


def store_at(url: str) -> fs.FileSystem:
    """Where the table lies, as a file system of its own: a folder, or an object store as delta-rs reaches it."""
    if "://" in url and not url.startswith("file://"):
        return fs.PyFileSystem(DeltaStorageHandler(url))
    local, folder = fs.FileSystem.from_uri(url) if "://" in url else (fs.LocalFileSystem(), url)
    return fs.SubTreeFileSystem(folder, local)


class _File:
    """A new file. ``distinct``: so many ids its filters are made for, in each group."""

    def __init__(self, store: fs.FileSystem, distinct: int) -> None:
        self._store, self._name = store, f"part-{uuid4()}.zstd.parquet"
        self._sink = store.open_output_stream(self._name)
        self._writer = parquet.ParquetWriter(
            self._sink,
            STORED,
            compression=_COMPRESSION,
            compression_level=_LEVEL,
            use_dictionary=[name for name in STORED.names if name != _ASKED],
            bloom_filter_options={_ASKED: {"ndv": distinct, "fpp": _FILTER_ERRS}},
            write_page_index=True,
        )
        self._rows, self._ranges = 0, {name: _Range() for name in STATISTICS}
        self.full = False

    def add(self, group: pa.Table) -> None:
        self._writer.write_table(group, row_group_size=len(group))
        self._rows += len(group)
        for name, values in self._ranges.items():
            values.add(group[name])
        self.full = self._sink.tell() >= _FILE_BYTES
        if self.full:
            self._end()

    def close(self, new: bool) -> AddAction:
        self._end()
        size, now_ms = self._store.get_file_info(self._name).size, int(time() * 1000)
        return AddAction(self._name, size, {}, now_ms, data_change=new, stats=_stats(self._rows, self._ranges))

    def remove(self) -> None:
        with suppress(OSError, pa.ArrowException):
            self._end()
        with suppress(OSError):
            self._store.delete_file(self._name)

    def _end(self) -> None:
        self._writer.close()
        self._sink.close()


class _Range:
    """The least and the greatest value of a column, and how often there is none."""

    def __init__(self) -> None:
        self.low: Any = None
        self.high: Any = None
        self.nulls = 0

    def add(self, column: pa.ChunkedArray) -> None:
        found = pc.min_max(column).as_py()
        self.low = min((one for one in (self.low, found["min"]) if one is not None), default=None)
        self.high = max((one for one in (self.high, found["max"]) if one is not None), default=None)
        self.nulls += column.null_count


def _stats(rows: int, ranges: Mapping[str, _Range]) -> str:
    """As the protocol of Delta Lake wants them."""
    lows = {name: _told(column.low) for name, column in ranges.items() if column.low is not None}
    highs = {name: _told(column.high) for name, column in ranges.items() if column.high is not None}
    nulls = {name: column.nulls for name, column in ranges.items()}
    return msgspec.json.encode({"numRecords": rows, "minValues": lows, "maxValues": highs, "nullCount": nulls}).decode()


def _told(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _groups(events: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same events in groups of the most rows, or of the most bytes where rows are wide; the rest last."""
    pieces: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in events:
        while batch.num_rows:
            length = max(1, batch.num_rows * _PIECE_BYTES // max(1, batch.nbytes))
            piece = batch.slice(0, min(length, ROW_GROUP - rows))
            batch = batch.slice(piece.num_rows)
            pieces.append(piece)
            rows, size = rows + piece.num_rows, size + piece.nbytes
            if rows == ROW_GROUP or size >= _GROUP_BYTES:
                yield pa.Table.from_batches(pieces, STORED)
                pieces, rows, size = [], 0, 0
    if pieces:
        yield pa.Table.from_batches(pieces, STORED)
