"""Amounts that are written with the sign of another currency than they are read in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.money import known_currency
from periplo.intake import notes
from periplo.intake.cells.texts import text
from periplo.intake.choosing.styles import MONEY, key
from periplo.intake.mappings.mapping import Mapping, Names, Property, sources
from periplo.intake.mappings.table import Columns
from periplo.intake.model import Note, Rows

_MEANT = {"€": {"EUR"}, "£": {"GBP"}, "¥": {"JPY", "CNY"}, "US$": {"USD"}, "R$": {"BRL"}, "MX$": {"MXN"}}
_DOLLARS = {"USD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD"}
_SIGN = re.compile(r"[A-Z]{0,2}\$|[€£¥]|(?<![A-Z])[A-Z]{3}(?![A-Z])")


def other_currencies(mapping: Mapping, first: Rows, currency: str) -> Iterator[Note]:
    """A note for each column of money whose first values say another currency than ``currency``, in which they are read
    because the mapping names none."""
    if mapping.currency is not None:
        return
    columns = Columns(first.table)
    for wanted in _money(mapping):
        if odd := [sign for sign in _signs(columns.typed(wanted)) if not _may_be(sign, currency)]:
            named = key(wanted).replace("\n", ", ")
            yield notes.OTHER_CURRENCY(file=first.file.name, column=named, sign=odd[0], currency=currency)


def _money(mapping: Mapping) -> Iterator[Names]:
    for name, value in sources(mapping):
        if name.rpartition(": ")[2] in MONEY and value.column:
            yield value.column
    kept = mapping.properties.values() if isinstance(mapping.properties, dict) else ()
    yield from (kind.column for kind in kept if isinstance(kind, Property) and kind.kind == "money")


def _signs(column: pa.Array | None) -> list[str]:
    """What is no number in the amounts; a column of numbers has none."""
    if column is None or pa.types.is_primitive(column.type) or pa.types.is_decimal(column.type):
        return []
    distinct = pc.unique(text(column)).drop_null().to_pylist()
    return list(dict.fromkeys(sign for value in distinct for sign in _SIGN.findall(value)))


def _may_be(sign: str, currency: str) -> bool:
    if sign.isalpha():
        return sign == currency or not known_currency(sign)
    return currency in _MEANT.get(sign, _DOLLARS)
