"""What many messages say under one name, as text columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

TEXT = pa.string()
NO_TEXT = pa.nulls(1, TEXT)[0]
"""Not ``pa.scalar(None)``: that would load pandas, a third of a second for every process."""


class Rows:
    """Structs of one kind, or JSON objects, a row each; None where there is none."""

    def __init__(self, objects: Sequence[Any]) -> None:
        self.objects = objects

    def field(self, name: str) -> list[Any] | None:
        """The values under a name, None where a row has none; None for all where no row has it."""
        values = list(map(attrgetter(name), self.objects))
        return None if values.count(None) == len(values) else values

    def values(self, name: str) -> list[Any]:
        """``field``, with a list also where no row has it."""
        return self.field(name) or [None] * len(self.objects)

    def pick(self, *names: str) -> pa.Array:
        """The first of the names that says something, row by row, as text."""
        return first((texts(values) for name in names if (values := self.field(name))), len(self.objects))

    def inner(self, name: str, empty: Struct) -> Rows:
        """The structs under a name; an empty one where there is none."""
        parts = self.field(name)
        return Silent(self.objects) if parts is None else Rows([part or empty for part in parts])

    def said_inside(self, name: str, key: str) -> pa.Array:
        """What the JSON objects under a name say under a key, as text."""
        parts = self.field(name) or []
        values = [part.get(key) if type(part) is dict else None for part in parts]
        return texts(values) if values else pa.nulls(len(self.objects), TEXT)


class Silent(Rows):
    """Rows that say nothing."""

    def field(self, name: str) -> None:
        return None


def texts(values: list[Any]) -> pa.Array:
    """A text column: numbers as text, blank text and everything that is no text or number as null."""
    try:
        column = pa.array(values, TEXT)
    except (pa.ArrowTypeError, pa.ArrowInvalid, UnicodeError):
        column = pa.array([text(value) for value in values], TEXT)
    blank = pc.equal(column, "")
    return pc.if_else(blank, NO_TEXT, column) if pc.any(blank).as_py() else column


def text(value: Any) -> str | None:
    """One value as text; None where it is blank or neither text nor a number."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None


def first(columns: Iterable[pa.Array], rows: int) -> pa.Array:
    """The first value that is there, row by row; columns are only made while there are gaps to fill."""
    found = pa.nulls(rows, TEXT)
    for column in columns:
        if found.null_count == rows:
            found = column
        elif column.null_count < rows:
            found = pc.coalesce(found, column)
        if found.null_count == 0:
            break
    return found


def is_one_of(column: pa.Array, *values: str) -> pa.Array:
    """Where a column has one of ``values``; false where it has none."""
    return pc.is_in(column, pa.array(values, TEXT))
