"""Fields of many structs as text columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.string()
NO_TEXT = pa.scalar(None, TEXT)


class Rows:
    """Structs of one kind, a row each. ``pick`` makes columns of their fields."""

    def __init__(self, structs: Sequence[Any]) -> None:
        self.structs = structs

    def field(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.structs))

    def pick(self, *names: str) -> pa.Array:
        """The first of the named fields that says something, row by row, as text."""
        return first(texts(self.field(name)) for name in names)

    def inner(self, name: str, kind: type[msgspec.Struct]) -> Rows:
        """The structs inside a field; where there is none, an empty one."""
        parts, empty = self.field(name), kind()
        if parts.count(None) == len(parts):
            return _Empty(self.structs)
        return Rows([empty if part is None else part for part in parts])


class _Empty(Rows):
    def field(self, name: str) -> list[Any]:
        return [None] * len(self.structs)


def texts(values: list[Any]) -> pa.Array:
    """A text column: numbers as text, blank text and everything that is no text or number as null."""
    if values.count(None) == len(values):
        return pa.nulls(len(values), TEXT)
    try:
        column = pa.array(values, TEXT)
    except (pa.ArrowTypeError, pa.ArrowInvalid, UnicodeError):
        column = pa.array([text(value) for value in values], TEXT)
    return pc.if_else(pc.equal(column, ""), NO_TEXT, column) if "" in values else column


def text(value: Any) -> str | None:
    """One value as text; None where it is blank or neither text nor a number."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None


def first(columns: Iterable[pa.Array]) -> pa.Array:
    """The first value that is there, row by row; columns are only made while there are gaps to fill."""
    found: pa.Array = None
    for column in columns:
        if found is None or found.null_count == len(found):
            found = column
        elif column.null_count < len(column):
            found = pc.coalesce(found, column)
        if found.null_count == 0:
            break
    return found


def is_one_of(column: pa.Array, *values: str) -> pa.Array:
    """Where a column has one of ``values``; false where it has none."""
    return pc.is_in(column, pa.array(values, TEXT))
