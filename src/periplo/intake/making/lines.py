"""The lines of orders: what each line adds to its order.

Adds to the columns of ``parse.py``: ``order`` its number; ``amount`` int64 millionths of the whole line; ``pieces``
int64 millionths of the quantity; ``product`` the product as a JSON object; ``s:NAME`` int64 millionths, added up over
the order.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake import reasons
from periplo.intake.cells.amounts import LARGEST, MILLION
from periplo.intake.cells.jsons import json_numbers, json_objects, json_texts
from periplo.intake.making.faults import Faults
from periplo.intake.making.money import in_minor_units
from periplo.intake.mappings.mapping import Lines, Value, value
from periplo.intake.mappings.table import Columns
from periplo.intake.model import I64, Bool


class ReadAmounts(Protocol):
    """Millionths of a column of numbers (``Parser.amounts``)."""

    def __call__(
        self, field: str, source: Value, columns: Columns, faults: Faults, *, money: bool = True
    ) -> pa.Array: ...


def parse_lines(
    lines: Lines, columns: Columns, faults: Faults, currency: pa.Array, amounts: ReadAmounts
) -> dict[str, pa.Array]:
    """The columns above. Lines without an order number, or with a negative price, are refused."""
    order = columns.value(value(lines.order))
    column = columns.shown(value(lines.order).column)
    faults.add(np.asarray(order.is_null()), column or "order_id", reasons.NO_ORDER(column=column))
    pieces = _pieces(lines, columns, faults, amounts)
    price, amount = _money(lines, columns, faults, amounts, pieces)
    made = {"order": order, "pieces": pa.array(pieces), "amount": pa.array(amount)}
    product = {name: json_texts(columns.value(value(source))) for name, source in lines.products.items()}
    if product:
        product["quantity"] = json_numbers(pa.array(pieces))
        product["price_minor"] = in_minor_units(price, currency).cast(pa.string())
    made["product"] = pc.fill_null(json_objects(product, columns.rows), "{}")
    for name, source in lines.sums.items():
        made[f"s:{name}"] = pc.fill_null(amounts(name, value(source), columns, faults), 0)
    return made


def _pieces(lines: Lines, columns: Columns, faults: Faults, amounts: ReadAmounts) -> I64:
    """The quantity of each line; one where the file does not say."""
    if not lines.quantity:
        return np.full(columns.rows, MILLION)
    found = amounts("quantity", value(lines.quantity), columns, faults, money=False)
    return np.asarray(pc.fill_null(found, MILLION))


def _money(lines: Lines, columns: Columns, faults: Faults, amounts: ReadAmounts, pieces: I64) -> tuple[pa.Array, I64]:
    """The price of one piece (nullable) and the amount of each line, from whichever of the two the file has."""
    price, amount = value(lines.price or []), value(lines.amount or [])
    if columns.typed(price.column) is not None:
        return _by_price(price, columns, faults, amounts, pieces)
    if columns.typed(amount.column) is not None:
        return _by_amount(amount, columns, faults, amounts, pieces)
    return pa.nulls(columns.rows, pa.int64()), np.zeros(columns.rows, np.int64)


def _by_price(
    source: Value, columns: Columns, faults: Faults, amounts: ReadAmounts, pieces: I64
) -> tuple[pa.Array, I64]:
    price = amounts("price", source, columns, faults)
    shown = columns.shown(source.column)
    faults.add(_negative(price), shown, reasons.NEGATIVE, lambda: columns.text(source.column))
    each = np.asarray(pc.fill_null(price, 0))
    rough = pieces.astype(np.float64) * each / MILLION
    too_big = ~(np.abs(rough) < LARGEST * MILLION)
    faults.add(too_big, shown, reasons.TOO_BIG, lambda: columns.text(source.column))
    part = pieces % MILLION != 0
    total = np.where(too_big | part, 0, pieces // MILLION * each)
    total[part & ~too_big] = np.rint(rough[part & ~too_big])
    return price, total


def _by_amount(
    source: Value, columns: Columns, faults: Faults, amounts: ReadAmounts, pieces: I64
) -> tuple[pa.Array, I64]:
    amount = amounts("amount", source, columns, faults)
    # With a negative quantity, the amount is given back; alone it is a fault.
    negative = _negative(amount) & (pieces >= 0)
    faults.add(negative, columns.shown(source.column), reasons.NEGATIVE, lambda: columns.text(source.column))
    total = np.asarray(pc.fill_null(amount, 0))
    each = np.rint(np.abs(total) * (MILLION / np.where(pieces == 0, MILLION, np.abs(pieces)))).astype(np.int64)
    return pa.array(each, mask=np.asarray(amount.is_null())), total


def _negative(amounts: pa.Array) -> Bool:
    return np.asarray(pc.fill_null(pc.less(amounts, 0), False))
