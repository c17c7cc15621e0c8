"""From the rows of a file to columns of values: what a mapping says about each row, checked, row by row refused.

The columns of the result, aligned with the rows that were not refused:
``event, original`` names; ``time`` int64 microseconds UTC; ``id``; ``currency``; ``f:NAME`` a field of the event
(``revenue`` and ``quantity`` int64 millionths, others text); ``p:NAME`` a property as JSON value; ``c:NAME`` what is
said of consent. Further events of the row have ``1:when`` bool, ``1:time``, ``1:f:NAME``, and so on. ``lines.py`` adds
those of order lines.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake import reasons
from periplo.intake.cells.amounts import EXAMPLES, Amounts, read_amounts
from periplo.intake.cells.fingerprint import fingerprints
from periplo.intake.cells.jsons import json_numbers, json_texts
from periplo.intake.cells.times import read_times, why_bad
from periplo.intake.choosing.styles import Styles
from periplo.intake.making.consents import parse_consents
from periplo.intake.making.faults import Faults
from periplo.intake.making.lines import parse_lines
from periplo.intake.making.money import currencies, digits, in_minor_units
from periplo.intake.mappings.mapping import Condition, Mapping, Property, Time, Value, time_of, value
from periplo.intake.mappings.table import Columns
from periplo.intake.model import Bool, IntakeSettings, Reject, Rows
from periplo.vocabulary import Taxonomy

NUMBERS = ("revenue", "quantity")


class Parser:
    """Reads rows by a mapping, times and amounts in the styles decided for their file.

    ``kept``: the columns kept as properties, by the names they are kept under.
    """

    def __init__(
        self,
        mapping: Mapping,
        kept: dict[str, Property],
        styles: Styles,
        settings: IntakeSettings,
        words: Taxonomy,
    ) -> None:
        self.mapping, self.kept, self.styles, self.settings, self.words = mapping, kept, styles, settings, words
        self.zone = mapping.time_zone or settings.time_zone
        self.time = time_of(mapping.time)
        self.given_back = [name for name, kind in words.events.items() if kind.money == "out"]

    def parse(self, rows: Rows) -> tuple[pa.Table, list[Reject]]:
        """The columns of the good rows (see above), and the refused ones."""
        columns, faults = Columns(rows.table), Faults(rows)
        made: dict[str, pa.Array] = {}
        currency = currencies(self.mapping, columns, faults, self.settings.currency)
        known = pc.fill_null(currency, self.settings.currency)
        made["event"], made["original"] = self._events(columns, faults)
        made["time"] = self._time(self.time, columns, faults)
        for name, source in self.mapping.fields.items():
            made[f"f:{name}"] = self._field(name, value(source), columns, faults, made["event"], known)
        for name, kept in self.kept.items():
            made |= self._property(name, kept, columns, faults, known)
        made |= parse_consents(self.mapping.consent, columns, faults)
        self._more(columns, faults, made, known)
        made["currency"] = currency
        if self.mapping.lines:
            made |= parse_lines(self.mapping.lines, columns, faults, known, self.amounts)
            made |= self._place(rows, columns, made["time"])
        else:
            made["id"], made["unit"] = self._ids(rows, columns), pa.array(np.arange(columns.rows))
        good = pa.table(made)
        return good.filter(pa.array(~faults.bad)) if faults.bad.any() else good, faults.rejects

    def amounts(self, field: str, source: Value, columns: Columns, faults: Faults, *, money: bool = True) -> pa.Array:
        """Millionths of a column of numbers, null where it has no value; rows that have no number are refused."""
        column = columns.typed(source.column)
        if source.constant is not None or source.values or source.otherwise is not None:
            column = columns.value(source)
        if column is None:
            return pa.nulls(columns.rows, pa.int64())
        style = self.styles.sign(source.column)
        read: Amounts = read_amounts(column, style)
        reason = reasons.BAD_MONEY(example=EXAMPLES[style]) if money else reasons.BAD_NUMBER
        shown = columns.shown(source.column) or field
        faults.add(read.bad, shown, reason, lambda: columns.text(source.column))
        return pa.array(read.millionths, mask=~read.there | read.bad)

    def _events(self, columns: Columns, faults: Faults) -> tuple[pa.Array, pa.Array]:
        given = self.mapping.event
        source = given if isinstance(given, Value) else Value(constant=given)
        named = columns.value(source)
        said, shown = columns.text(source.column), columns.shown(source.column)
        if source.constant is None:
            faults.add(np.asarray(pc.and_(said.is_null(), named.is_null())), shown, reasons.NO_EVENT(column=shown))
            faults.add(np.asarray(named.is_null()), shown, reasons.UNKNOWN_VALUE(column=shown), lambda: said)
        return self.words.canonical_column(named)

    def _ids(self, rows: Rows, columns: Columns) -> pa.Array:
        given = columns.value(value(self.mapping.id)) if self.mapping.id else pa.nulls(columns.rows, pa.string())
        return pc.coalesce(given, fingerprints(rows.own)) if given.null_count else given

    def _time(self, time: Time, columns: Columns, faults: Faults, *, required: bool = True) -> pa.Array:
        if time.file or time.constant:
            when = faults.rows.file.stat().st_mtime if time.file else _instant(time.constant or "")
            return pa.repeat(pa.scalar(round(when * 1e6), pa.int64()), columns.rows)
        column = columns.typed(time.column)
        if column is None:
            column = pa.nulls(columns.rows, pa.string())
        way = self.styles.time(time.column)
        read = read_times(column, way, time.zone or self.zone)
        shown = columns.shown(time.column)
        faults.add(read.bad, shown, partial(why_bad, way=way), lambda: columns.text(time.column))
        if required and not self.mapping.lines:
            faults.add(~read.there, shown, reasons.NO_TIME(column=shown))
        return pa.array(read.us, mask=~read.there | read.bad)

    def _field(
        self, name: str, source: Value, columns: Columns, faults: Faults, event: pa.Array, currency: pa.Array
    ) -> pa.Array:
        if name not in NUMBERS:
            found = columns.value(source)
        else:
            found = self.amounts(name, source, columns, faults, money=name == "revenue")
            found = pc.divide(found, pa.array(10 ** digits(currency))) if source.minor else found
        if name == "revenue":
            earned = pc.invert(pc.is_in(event, pa.array(self.given_back, pa.string())))
            negative = pc.and_(pc.fill_null(pc.less(found, 0), False), earned)
            shown = columns.shown(source.column) or name
            faults.add(np.asarray(negative), shown, reasons.NEGATIVE, lambda: columns.text(source.column))
        if source.only:
            found = pc.if_else(pc.is_in(event, pa.array(source.only)), found, pa.scalar(None, found.type))
        return found

    def _property(
        self, name: str, kept: Property, columns: Columns, faults: Faults, currency: pa.Array
    ) -> dict[str, pa.Array]:
        if kept.kind == "text":
            return {f"p:{name}": json_texts(columns.text(kept.column))}
        found = self.amounts(name, Value(column=kept.column), columns, faults, money=kept.kind == "money")
        if kept.kind == "number":
            return {f"p:{name}": json_numbers(found)}
        return {f"p:{name}_minor": in_minor_units(found, currency).cast(pa.string())}

    def _more(self, columns: Columns, faults: Faults, made: dict[str, pa.Array], currency: pa.Array) -> None:
        for number, more in enumerate(self.mapping.also, 1):
            holds = [self._holds(condition, columns, faults) for condition in more.when]
            made[f"{number}:when"] = pa.array(np.logical_and.reduce(holds) if holds else np.ones(columns.rows, bool))
            if more.time is not None:
                made[f"{number}:time"] = self._time(time_of(more.time), columns, faults, required=False)
            for name, source in more.fields.items():
                event = pa.repeat(pa.scalar(more.event), columns.rows)
                made[f"{number}:f:{name}"] = self._field(name, value(source), columns, faults, event, currency)

    def _holds(self, condition: Condition, columns: Columns, faults: Faults) -> Bool:
        if condition.positive:
            amount = self.amounts(columns.shown(condition.column), Value(column=condition.column), columns, faults)
            return np.asarray(pc.fill_null(pc.greater(amount, 0), False))
        said = columns.text(condition.column)
        if condition.empty:
            return np.asarray(said.is_null())
        if not condition.among:
            return np.asarray(said.is_valid())
        return np.asarray(pc.is_in(pc.utf8_lower(said), pa.array([word.lower() for word in condition.among])))

    def _place(self, rows: Rows, columns: Columns, time: pa.Array) -> dict[str, pa.Array]:
        """Where lines stand, and, as they were, those that may be refused only when their order is whole."""
        late = np.asarray(time.is_null()) | self.settings.whole_lines
        if self.mapping.currency and columns.typed(value(self.mapping.currency).column) is not None:
            late = np.ones(len(time), bool)
        raw: list[str | None] = [None] * len(late)
        for row in np.flatnonzero(late).tolist():
            raw[row] = rows.raw(row)
        return {"line": pa.array(rows.lines), "raw": pa.array(raw, pa.string())}


def _instant(text: str) -> float:
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
