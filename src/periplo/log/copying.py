"""Databases copied while others use them: into a new SQLite file, and out of one into an empty PostgreSQL database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, text

from periplo.errors import CannotWrite
from periplo.log import postgres
from periplo.log.inserting import insert_sqlite

_AT_ONCE = 200
"""So many rows at a time: some are half a megabyte."""

_VERSION = "alembic_version"


def copy_sqlite(source: Path, target: Path) -> None:
    """What an SQLite file holds at one moment, without what was deleted from it. Raises ``CannotWrite``."""
    connection = sqlite3.connect(source)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.OperationalError as error:
        raise CannotWrite(
            "{name} could not be copied to {path}.",
            why="The database says: {detail}.",
            fix="Free some space there, or choose another folder; the backups that were there are whole.",
            name=source.name,
            path=target.parent,
            detail=error,
        ) from error
    finally:
        connection.close()


def copy_rows(source: Connection, target: Connection) -> None:
    """All rows of one database into another with the same schema, of which nothing stays. One of them is SQLite."""
    tables = MetaData()
    tables.reflect(target if target.dialect.name == "sqlite" else source)
    for table in reversed(tables.sorted_tables):
        if table.name != _VERSION and target.scalar(text(f'SELECT count(*) FROM "{table.name}"')):
            target.execute(text(f'DELETE FROM "{table.name}"'))
    for table in tables.sorted_tables:
        if table.name != _VERSION:
            for rows in _rows(source, table):
                _insert(target, table, [tuple(row) for row in rows])
            if target.dialect.name == "postgresql":
                _count_on(target, table)


def _rows(source: Connection, table: Table) -> Iterator[Sequence[Any]]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    found = source.execution_options(yield_per=_AT_ONCE).execute(text(f'SELECT {names} FROM "{table.name}"'))
    yield from found.partitions()


def _insert(target: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    into = postgres.copy if target.dialect.name == "postgresql" else insert_sqlite
    into(target, table, rows)


def _count_on(target: Connection, table: Table) -> None:
    """Numbers that the database gives out go on after those that came."""
    for column in table.primary_key.columns:
        sequence = target.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
        if sequence:
            most = f'(SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}")'
            target.execute(text(f"SELECT setval('{sequence}', {most}, false)"))
