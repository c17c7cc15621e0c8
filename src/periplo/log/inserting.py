"""Rows into a table as they are: SQLAlchemy's own handling of a row costs four times its insertion."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, count
from typing import Any

from sqlalchemy import Connection, Table

from periplo.log import postgres

MOST_AT_ONCE = 256
"""So many rows go into SQLite in one step. The driver lets the interpreter go at each step and has to wait until it
gets it back: row by row that was fifty milliseconds for a hundred rows while requests were read."""

EACH, SAME, COUNTS = "e", "s", "c"
"""What a column is: its own value in each row, the same in all, or numbers that count up."""


class Same(Sequence[Any]):
    """A column with the same value in each of so many rows."""

    def __init__(self, value: Any, rows: int) -> None:
        self._value, self._rows = value, rows

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, row: Any) -> Any:
        if row >= self._rows:
            raise IndexError(row)
        return self._value


def insert(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """Inserts rows given column by column, in the order of the table's columns, with plain Python values. A column that
    is a ``range`` or ``Same`` costs SQLite next to nothing."""
    if not columns or not columns[0]:
        return
    if connection.dialect.name == "postgresql":
        postgres.insert(connection, table, columns)
    else:
        _insert(connection, table, columns)


def insert_sqlite(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """The same, given row by row, for SQLite."""
    _insert(connection, table, list(zip(*rows, strict=True)))


def _insert(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """The same for SQLite, told by its driver, as it is asked often. What can be told once for a step is: each value
    that is told costs as much as a third of a row."""
    driver: Any = connection.connection.driver_connection
    names, shape = tuple(column.name for column in table.columns), "".join(map(_shape, columns))
    each = [column for column, kind in zip(columns, shape, strict=True) if kind == EACH]
    once = [column for column, kind in zip(columns, shape, strict=True) if kind != EACH]
    first, rows = 0, len(columns[0])
    while first < rows:
        some = slice(first, first + _step(rows - first))
        values = [column[first] for column in once]
        values += chain.from_iterable(zip(*(column[some] for column in each), strict=True))
        driver.execute(_statement(table.name, names, shape, some.stop - first), values)
        first = some.stop


def _shape(column: Sequence[Any]) -> str:
    return COUNTS if isinstance(column, range) else SAME if isinstance(column, Same) else EACH


def _step(rows: int) -> int:
    """How many of them go at once: a power of two, so that there are few statements, and all are prepared."""
    return min(MOST_AT_ONCE, 1 << (rows.bit_length() - 1))


@cache
def _statement(table: str, names: tuple[str, ...], shape: str, rows: int) -> str:
    told = [at for at, kind in enumerate(shape) if kind != EACH]
    each = count(len(told) + 1)

    def value(at: int, kind: str, row: int) -> str:
        if kind == EACH:
            return f"?{next(each)}"
        return f"?{told.index(at) + 1}" + (f" + {row}" if kind == COUNTS else "")

    marks = (", ".join(value(at, kind, row) for at, kind in enumerate(shape)) for row in range(rows))
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({quoted}) VALUES {", ".join(f"({row})" for row in marks)}'
