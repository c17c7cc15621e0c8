"""Currencies of rows, and amounts in their minor units."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.money import known_currency
from periplo.intake import reasons
from periplo.intake.cells.amounts import to_minor_units
from periplo.intake.making.faults import Faults
from periplo.intake.mappings.mapping import Mapping, value
from periplo.intake.mappings.table import Columns
from periplo.intake.model import I64
from periplo.language.formats import minor_digits
from periplo.vocabulary.vectors import encode, map_distinct

_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "¥": "JPY", "R$": "BRL", "MX$": "MXN"}


def currencies(mapping: Mapping, columns: Columns, faults: Faults, default: str) -> pa.Array:
    """The currency of each row: what the mapping says, else ``default``.

    A line of an order that says none has that of a line of the same order before it, else null.
    """
    if mapping.currency is None:
        return pa.repeat(pa.scalar(default, pa.string()), columns.rows)
    source = value(mapping.currency)
    given = columns.value(source)
    codes = map_distinct(given, lambda code: _SYMBOLS.get(code, code.upper()))
    unknown = pc.invert(pc.is_in(codes, pa.array([c for c in _distinct(codes) if known_currency(c)], pa.string())))
    bad = pc.and_(unknown, codes.is_valid()).to_numpy(zero_copy_only=False)
    faults.add(bad, columns.shown(source.column) or "currency", reasons.BAD_CURRENCY, lambda: given)
    codes = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), codes)
    if mapping.lines:
        return _carried_on(codes, columns.value(value(mapping.lines.order)))
    return pc.fill_null(codes, default)


def _carried_on(currency: pa.Array, order: pa.Array) -> pa.Array:
    said = np.maximum.accumulate(np.where(np.asarray(currency.is_valid()), np.arange(len(currency)), 0))
    same = pc.equal(order.take(said), order)
    return pc.if_else(same, currency.take(said), currency)


def in_minor_units(amounts: pa.Array, currency: pa.Array) -> pa.Array:
    """Millionths (nullable int64) in the minor units of each row's currency."""
    values = pc.fill_null(amounts, 0).to_numpy(zero_copy_only=False)
    return pa.array(to_minor_units(values, digits(currency)), mask=~np.asarray(amounts.is_valid()))


def digits(currency: pa.Array) -> I64:
    """int64[n] decimal digits of each row's currency."""
    codes, found = encode(currency)
    return np.array([*(minor_digits(code) for code in found), 2], np.int64)[codes]


def _distinct(column: pa.Array) -> list[str]:
    found: list[str] = pc.unique(column).drop_null().to_pylist()
    return found
