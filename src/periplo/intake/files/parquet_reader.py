"""Parquet: some rows at a time, with the types the file has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from periplo.errors import UnreadableFile
from periplo.intake import reasons
from periplo.intake.files.csv_records import FIELD_LIMIT
from periplo.intake.files.opening import open_file
from periplo.intake.model import Bool, Note, Reject, Rows, refuse

_ROWS = 1 << 16
to_json = msgspec.json.Encoder(enc_hook=str, decimal_format="number").encode


class ParquetReader:
    """Rows of one file, from front to end, once. Structs become columns named ``outer.inner``.

    Raises ``UnreadableFile`` where the file is damaged or cut off.
    """

    header = ""

    def __init__(self, path: Path) -> None:
        self.path, self._handle = path, open_file(path)
        self._read = 0
        try:
            self._file = pq.ParquetFile(self._handle)
        except (pa.ArrowException, OSError) as error:
            raise broken(path, error) from error
        self._bytes = path.stat().st_size / max(1, self._file.metadata.num_rows)
        self.columns = tuple(flat(self._file.schema_arrow.empty_table()).column_names)

    @property
    def done(self) -> int:
        """Bytes read, told from the share of the rows."""
        return int(self._read * self._bytes)

    def close(self) -> None:
        self._handle.close()

    def notes(self) -> Iterator[Note]:
        return iter(())

    def batches(self, size: int = _ROWS) -> Iterator[pa.RecordBatch]:
        """The rows as they are in the file, ``size`` at a time."""
        try:
            for batch in self._file.iter_batches(size, use_threads=False):
                self._read += batch.num_rows
                yield batch
        except (pa.ArrowException, OSError) as error:
            raise broken(self.path, error) from error

    def rows(self) -> Iterator[Rows]:
        line = 1
        for batch in self.batches():
            table = flat(pa.Table.from_batches([batch])).combine_chunks().to_batches()[0]
            yield self._rows(table, np.arange(line, line + table.num_rows, dtype=np.int64))
            line += table.num_rows

    def _rows(self, table: pa.RecordBatch, lines: Any) -> Rows:
        large = _large(table)
        rejects: list[Reject] = []
        if large.any():
            for row in np.flatnonzero(large):
                raw = as_json(table, int(row))
                reason = reasons.TOO_LARGE(megabytes=f"{len(raw) / FIELD_LIMIT:.1f}")
                rejects.append(refuse(self.path, int(lines[row]), "", reason, raw))
            table, lines = table.filter(pa.array(~large)), lines[~large]
        return Rows(self.path, table, lines, lambda row: as_json(table, row), "", rejects)


def flat(table: pa.Table) -> pa.Table:
    """Structs taken apart into ``outer.inner`` columns, however deep."""
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def as_json(table: pa.RecordBatch, row: int) -> str:
    """One row as a JSON object: how a row without text of its own is shown and kept."""
    values = table.slice(row, 1).to_pylist()[0]
    return to_json(values).decode()


def _large(table: pa.RecordBatch) -> Bool:
    texts = (column for column in table.columns if pa.types.is_string(column.type) or pa.types.is_binary(column.type))
    large = np.zeros(table.num_rows, bool)
    for column in texts:
        length = pc.binary_length(column)
        if (pc.max(length).as_py() or 0) > FIELD_LIMIT:
            large |= pc.fill_null(pc.greater(length, FIELD_LIMIT), False).to_numpy(zero_copy_only=False)
    return large


def broken(path: Path, error: Exception) -> UnreadableFile:
    """The error about a Parquet file that cannot be read."""
    return UnreadableFile(
        "{file} cannot be read as Parquet: it is cut off or damaged.",
        why="Parquet keeps its table of contents at the end ({problem}).",
        fix="Export or download it again.",
        file=path.name,
        problem=str(error).split("\n")[0][:200],
    )
