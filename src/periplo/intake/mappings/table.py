"""The columns of some rows, found by name, joined and cleaned; each is cleaned once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import did_you_mean
from periplo.intake.cells.texts import coalesce, identifier
from periplo.intake.mappings.mapping import Names, Value, names
from periplo.vocabulary.taxonomy import plain
from periplo.vocabulary.vectors import map_distinct


class Header:
    """The names of columns as a file writes them. Case and separators do not count: ``Invoice No`` is ``InvoiceNo``."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self._plain = {plain(name): name for name in reversed(columns)}
        self._own = set(columns)

    def find(self, name: str) -> str | None:
        """The column's own name, or None where there is none."""
        return name if name in self._own else self._plain.get(plain(name))

    def found(self, wanted: Names | None) -> list[str]:
        """Those of the wanted columns that are there, once each."""
        found = (self.find(name) for name in names(wanted))
        return list(dict.fromkeys(name for name in found if name is not None))

    def near(self, name: str) -> str:
        """Columns that may be meant by a name that is not there."""
        return did_you_mean(name, self.columns)


class Columns:
    """The values of some rows by column name."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.rows = batch.num_rows
        self._batch, self._header = batch, Header(batch.schema.names)
        self._texts: dict[str, pa.Array] = {}

    def shown(self, wanted: Names | None) -> str:
        """What the file itself calls these columns; the wanted names where it has none of them."""
        return ", ".join(self._header.found(wanted) or names(wanted))

    def typed(self, wanted: Names | None) -> pa.Array | None:
        """A column with the type it has in the file; several joined as text; None where there is none."""
        found = self._header.found(wanted)
        if len(found) == 1:
            return self._batch.column(found[0])
        return self.text(wanted) if found else None

    def text(self, wanted: Names | None) -> pa.Array:
        """Clean text, null where there is no value or no such column."""
        found = self._header.found(wanted)
        return coalesce([self._text(name) for name in found]) if found else pa.nulls(self.rows, pa.string())

    def value(self, value: Value) -> pa.Array:
        """Text by the rules of a mapping: constant, column, table of values."""
        if value.constant is not None:
            return pa.repeat(pa.scalar(value.constant, pa.string()), self.rows)
        column = self.text(value.column)
        if not value.values:
            return column if value.otherwise is None else pc.fill_null(column, value.otherwise)
        table = {key.casefold(): meaning for key, meaning in value.values.items()}

        def meaning(given: str) -> str | None:
            return table.get(given.casefold(), given if value.otherwise is None else value.otherwise)

        mapped = map_distinct(column, meaning)
        return mapped if value.otherwise is None else pc.fill_null(mapped, value.otherwise)

    def _text(self, name: str) -> pa.Array:
        if name not in self._texts:
            self._texts[name] = identifier(self._batch.column(name))
        return self._texts[name]
