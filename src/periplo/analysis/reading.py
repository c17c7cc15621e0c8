"""Journeys straight from a table, without a shop."""

from __future__ import annotations

from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.analysis.face import Journeys
from periplo.errors import MissingColumn, did_you_mean
from periplo.intake.cells.times import Evidence as TimeEvidence
from periplo.intake.cells.times import read_times
from periplo.journeys.build import Rows, build
from periplo.journeys.columns import F64, I64, Bool, Coded, Column
from periplo.language.formats import minor_digits
from periplo.vocabulary import Taxonomy
from periplo.vocabulary import taxonomy as own_taxonomy

UNREADABLE = "rows without a readable time"


def from_table(
    table: pa.Table,
    *,
    customer: str,
    time: str,
    event: str,
    channel: str | None = None,
    revenue: str | None = None,
    currency: str | None = None,
    zone: str = "UTC",
    country: str = "",
    taxonomy: Taxonomy | None = None,
) -> Journeys:
    """The journeys in a table with an event per row; the arguments name its columns.

    ``time``     timestamps, dates, epochs, or text in one way of writing; without a zone they are in ``zone``
    ``event``    names in any known vocabulary ("view_item" is understood as "Product Viewed")
    ``channel``  where there is none, the event's own channel, else "web"
    ``revenue``  amounts in major units of ``currency``; a column ``revenue_minor`` is taken as it is
    All other columns are properties to filter and split by. Rows without a customer are strangers, each its own;
    rows without a readable time are left out, and the evidence counts them.

    Raises ``MissingColumn`` for a name that is no column of the table.
    """
    words = taxonomy or own_taxonomy()
    for name in filter(None, (customer, time, event, channel, revenue)):
        _must_have(table, name)
    when, readable = _times(table[time], zone, country)
    rows = np.flatnonzero(readable)
    table = table.take(pa.array(rows))
    names = words.canonical_column(table[event])[0]
    explicit = table[channel] if channel else None
    event_codes, event_names = _codes(names)
    channel_codes, channel_names = _codes(words.channel_column(len(rows), explicit=explicit, event=names))
    owner, known = _codes(table[customer])
    ready, origin = build(
        Rows(
            customer=_with_strangers(owner, len(known)),
            time_us=when[rows],
            seq=np.arange(len(rows)),
            event=event_codes.astype(np.uint16),
            channel=channel_codes.astype(np.uint8),
        )
    )
    if revenue:
        table = table.append_column("revenue_minor", _minor(table[revenue], currency))
    table = table.drop_columns([name for name in {customer, time, event, channel, revenue} if name])
    return Journeys(
        ready.columns(
            person=ready.customer < len(known),
            event_names=event_names,
            channel_names=channel_names,
            properties=TableProperties(table, origin),
        ),
        names=lambda numbers: [known[number] if number < len(known) else "" for number in numbers.tolist()],
        currency=currency,
        zone=zone,
        taxonomy=words,
        left_out={UNREADABLE: len(readable) - len(rows)},
    )


class TableProperties:
    """The columns of a table as properties in journey order, each made when first asked for; safe for threads."""

    def __init__(self, table: pa.Table, origin: I64) -> None:
        self._table, self._origin, self._lock = table, origin, Lock()
        self._made: dict[str, Column | None] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self._table.schema if _is_number(field.type) or _is_text(field.type))

    def column(self, name: str) -> Column | None:
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(name) if name in self.names() else None
            return self._made[name]

    def _make(self, name: str) -> Column | None:
        values = self._table[name]
        if values.null_count == len(values):
            return None
        if _is_number(values.type):
            numbers: F64 = values.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy()[self._origin]
            return numbers
        codes, names = _codes(values)
        return Coded(codes[self._origin].astype(np.int32), names)


def _must_have(table: pa.Table, name: str) -> None:
    if name not in table.column_names:
        near = did_you_mean(name, table.column_names)
        raise MissingColumn(
            "The table has no column “{name}”.",
            fix="Did you mean {near}?" if near else "It has: {columns}.",
            name=name,
            near=near,
            columns=", ".join(table.column_names),
        )


def _times(column: pa.ChunkedArray, zone: str, country: str) -> tuple[I64, Bool]:
    whole = column.combine_chunks()
    evidence = TimeEvidence()
    evidence.see(whole)
    times = read_times(whole, evidence.way(country), zone)
    return times.us, times.there & ~times.bad


def _codes(column: pa.Array | pa.ChunkedArray) -> tuple[I64, tuple[str, ...]]:
    """A column in dictionary form: its codes (-1 for null) and its values as text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    values = coded.dictionary.cast(pa.string()).to_pylist()
    return pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64), tuple(values)


def _with_strangers(owner: I64, known: int) -> I64:
    """Customer numbers; each row without a customer gets one of its own, after all known ones."""
    unknown = owner < 0
    return np.where(unknown, known + np.cumsum(unknown) - 1, owner)


def _minor(amounts: pa.ChunkedArray, currency: str | None) -> pa.Array:
    scale = 10 ** (minor_digits(currency) if currency else 2)
    return pc.round(pc.multiply(amounts.cast(pa.float64()), float(scale)))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_boolean(plain))
