"""Small tables beside a file whose columns are added to its rows, such as what a campaign's number stands for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import MissingColumn, UnreadableFile
from periplo.intake.cells.texts import identifier
from periplo.intake.files.finding import can_be_read
from periplo.intake.files.reading import open_reader
from periplo.intake.mappings.mapping import Lookup, Mapping, kept_columns, names, used_columns
from periplo.intake.mappings.table import Header
from periplo.intake.model import Rows

_MOST_ROWS = 5_000_000


class Lookups:
    """The tables that a mapping looks up, read once per folder."""

    def __init__(self, mapping: Mapping) -> None:
        self._wanted = mapping.lookups
        kept = {name for column in kept_columns(mapping, []).values() for name in names(column.column)}
        self._used = used_columns(mapping) | kept
        self._tables: dict[Path, list[tuple[Lookup, pa.Table]]] = {}

    def add_to(self, rows: Rows) -> Rows:
        """The same rows with the columns that were looked up; null where the key is not in the table."""
        if not self._wanted:
            return rows
        table = rows.table
        for lookup, side in self._beside(rows.file.parent):
            key = Header(table.schema.names).find(lookup.on)
            if key is None:
                raise _no_key(rows.file, lookup.on, Header(table.schema.names))
            place = pc.index_in(identifier(table.column(key)), side.column(lookup.on))
            for name in side.column_names:
                if name in self._used and name not in table.schema.names:
                    table = table.append_column(name, side.column(name).combine_chunks().take(place))
        return replace(rows, table=table, added=table.num_columns - rows.table.num_columns)

    def _beside(self, folder: Path) -> list[tuple[Lookup, pa.Table]]:
        if folder not in self._tables:
            found = ((lookup, _read(lookup, folder)) for lookup in self._wanted)
            self._tables[folder] = [(lookup, side) for lookup, side in found if side is not None]
        return self._tables[folder]


def _read(lookup: Lookup, folder: Path) -> pa.Table | None:
    path = next((path for path in sorted(folder.glob(f"{lookup.file}.*")) if can_be_read(path)), None)
    if path is None:
        if not lookup.required:
            return None
        raise UnreadableFile(
            "The table {table} is missing in the folder {folder}.",
            why="The file is only complete together with it.",
            fix="Put it there, as CSV, JSON lines or Parquet.",
            table=lookup.file,
            folder=folder.name or str(folder),
        )
    reader = open_reader(path)
    try:
        table = pa.Table.from_batches([rows.table for rows in reader.rows()]).slice(0, _MOST_ROWS)
        key = Header(table.column_names).find(lookup.on)
        if key is None:
            raise _no_key(path, lookup.on, Header(table.column_names))
        ids = identifier(table.column(key).combine_chunks())
    finally:
        reader.close()
    return table.set_column(table.column_names.index(key), lookup.on, ids)


def _no_key(file: Path, column: str, header: Header) -> MissingColumn:
    near = header.near(column)
    return MissingColumn(
        "{file} has no column “{column}”.",
        why="By it, another table is looked up.",
        fix="Did you mean {near}?" if near else "It has: {columns}.",
        file=file.name,
        column=column,
        near=near,
        columns=", ".join(header.columns[:20]),
    )
