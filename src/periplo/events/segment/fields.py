"""What many messages say under one name, as text columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.string()
_NOTHING: dict[str, Any] = {}
NO_TEXT = pa.scalar(None, TEXT)


class Rows:
    """JSON objects, a row each. A name that no row has costs nothing."""

    def __init__(self, objects: Sequence[Any]) -> None:
        self.objects = objects

    @cached_property
    def names(self) -> set[str]:
        return set().union(*self.objects)

    def field(self, name: str) -> list[Any] | None:
        """The values under a name, None where a row has none; None for all where no row has it."""
        return list(map(dict.get, self.objects, repeat(name))) if name in self.names else None

    def values(self, name: str) -> list[Any]:
        """``field``, with a list also where no row has it."""
        return self.field(name) or [None] * len(self.objects)

    def pick(self, *names: str) -> pa.Array:
        """The first of the names that says something, row by row, as text."""
        return first((texts(values) for name in names if (values := self.field(name))), len(self.objects))

    def inner(self, name: str) -> Rows:
        """The objects under a name; an empty one where there is none."""
        parts = self.field(name)
        if parts is None:
            return Rows([_NOTHING] * len(self.objects))
        return Rows([part if type(part) is dict else _NOTHING for part in parts])


class Structs(Rows):
    """Structs of one kind instead of JSON objects."""

    def field(self, name: str) -> list[Any] | None:
        values = list(map(attrgetter(name), self.objects))
        return None if values.count(None) == len(values) else values


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
