"""Rows into a table as they are: SQLAlchemy's own handling of a row costs four times its insertion."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from periplo.log import postgres

MOST_AT_ONCE = 256
"""So many rows go into SQLite in one step. The driver lets the interpreter go at each step and has to wait until it
gets it back: row by row that was fifty milliseconds for a hundred rows while requests were read."""


def insert(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """Inserts rows given column by column, in the order of the table's columns, with plain Python values."""
    if not columns or not columns[0]:
        return
    if connection.dialect.name == "postgresql":
        postgres.insert(connection, table, columns)
        return
    values: list[Any] = [None] * (len(columns) * len(columns[0]))
    for number, column in enumerate(columns):
        values[number :: len(columns)] = column
    _insert(connection, table, values)


def insert_sqlite(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """The same, given row by row, for SQLite."""
    _insert(connection, table, list(chain.from_iterable(rows)))


def _insert(connection: Connection, table: Table, values: Sequence[Any]) -> None:
    """The same, given value by value, row after row. Asks the driver itself, as it is asked often."""
    driver: Any = connection.connection.driver_connection
    columns = tuple(column.name for column in table.columns)
    first, width = 0, len(columns)
    while first < len(values):
        rows = _step((len(values) - first) // width)
        driver.execute(_statement(table.name, columns, rows), values[first : first + rows * width])
        first += rows * width


def _step(rows: int) -> int:
    """How many of them go at once: a power of two, so that there are few statements, and all are prepared."""
    return min(MOST_AT_ONCE, 1 << (rows.bit_length() - 1))


@cache
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([f"({marks})"] * rows)}'
