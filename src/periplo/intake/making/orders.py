"""From the lines of orders to one row per order, with the columns that ``events.py`` makes events of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events import IDENTIFIERS
from periplo.intake import reasons
from periplo.intake.cells.jsons import json_lists
from periplo.intake.making.money import in_minor_units
from periplo.intake.making.sorting import starts_of_orders
from periplo.intake.mappings.mapping import Lines
from periplo.intake.model import I64, NO_PLACES, Bool, Origin, Places, Reason, Reject, refuse, shown_name

COMPLETED, CANCELLED, REFUNDED, ADJUSTED = "Order Completed", "Order Cancelled", "Order Refunded", "Stock Adjusted"
_OF_ORIGIN = ["file", "line", "raw"]
_OF_LINES = ("order", "pieces", "amount", "product", "line", "raw", "file")


class Orders(NamedTuple):
    """``table`` has one row per order; ``lines`` list<int64>[n] the lines that each took in, which ``origins`` gives as
    they were; ``places``: where orders begin."""

    table: pa.Table
    lines: pa.ListArray
    rejects: list[Reject]
    origins: Callable[[int], Sequence[Origin]]
    places: Callable[[I64], Places]


@dataclass(frozen=True)
class Place:
    """A file of lines: its path, its header line, and what it calls its columns of times and currencies."""

    path: Path
    header: str
    time: str
    currency: str


def orders_of(lines: pa.Table, rules: Lines, files: Sequence[Place], currency: str) -> Orders:
    """Whole orders from lines sorted by order. ``files`` by the number in column ``file``; ``currency``: of orders
    that name none.
    """
    lines, rejects = _refuse_late(lines, files)
    if not lines.num_rows:
        return Orders(lines, pa.array([], pa.list_(pa.int64())), rejects, lambda _: (), lambda _: NO_PLACES)
    starts = starts_of_orders(lines)
    ends = np.append(starts[1:], lines.num_rows)
    made = {name: _first(lines.column(name), starts) for name in lines.column_names if _is_of_order(name)}
    made["currency"], made["unit"] = pc.fill_null(made["currency"], currency), pa.array(np.arange(len(starts)))
    made["time"] = _earliest(lines.column("time"), starts)
    made["id"] = made["f:order_id"] = lines.column("order").take(starts)
    _sum_up(lines, rules, starts, made)
    if rules.products:
        products = json_lists(np.append(starts, ends[-1]), lines.column("product").combine_chunks())
        made = {"p:products": products} | made
    offsets = pa.array(np.append(starts, ends[-1]), pa.int32())
    taken = pa.ListArray.from_arrays(offsets, lines.column("line").combine_chunks())
    origins = partial(_origins, lines.select(_OF_ORIGIN), starts, ends, files)
    return Orders(pa.table(made), taken, rejects, origins, partial(_places, lines, starts, files))


def _origins(lines: pa.Table, starts: I64, ends: I64, files: Sequence[Place], order: int) -> list[Origin]:
    rows = lines.slice(starts[order], ends[order] - starts[order]).to_pylist()
    return [Origin(files[one["file"]].path, one["line"], one["raw"] or "", files[one["file"]].header) for one in rows]


def _places(lines: pa.Table, starts: I64, files: Sequence[Place], orders: I64) -> Places:
    first = lines.select(["file", "line"]).take(starts[orders])
    names = pa.array([shown_name(place.path) for place in files], pa.string())
    return Places(names.take(first["file"].combine_chunks()), first["line"].combine_chunks())


def _is_of_order(name: str) -> bool:
    return name not in _OF_LINES and name != "time" and not name.startswith("s:")


def _sum_up(lines: pa.Table, rules: Lines, starts: I64, made: dict[str, pa.Array]) -> None:
    """What the order is, its money and its quantity."""
    pieces, amount = (np.asarray(lines.column(name)) for name in ("pieces", "amount"))
    sold = (pieces > 0) | (amount > 0)
    back = ~np.logical_or.reduceat(sold, starts) & rules.negative_orders
    cancelled = _cancelled(made["id"], rules.cancelled_prefix)
    adjusted = back & ~cancelled & ~_known(made, len(starts))
    refunded = back & ~cancelled & ~adjusted
    for where, event in ((cancelled, CANCELLED), (adjusted, ADJUSTED), (refunded, REFUNDED)):
        made["event"] = pc.if_else(pa.array(where), event, made["event"])
    out = cancelled | refunded
    pieces_of, amount_of = (
        np.where(
            out | adjusted,
            np.where(adjusted, 1, -1) * np.add.reduceat(values, starts),
            np.add.reduceat(np.where(sold, values, 0), starts),
        )
        for values in (pieces, amount)
    )
    made["f:quantity"] = pa.array(np.where(out, np.abs(pieces_of), pieces_of))
    if rules.price or rules.amount:
        # The order's own total where the file has one; of what was never paid, the lines say nothing.
        paid = np.asarray(pc.equal(made["event"], COMPLETED)) | out
        added = pa.array(np.abs(amount_of), mask=~paid)
        made["f:revenue"] = pc.coalesce(made["f:revenue"], added) if "f:revenue" in made else added
    for name in rules.sums:
        summed = pa.array(np.add.reduceat(np.asarray(lines.column(f"s:{name}")), starts))
        minor = in_minor_units(summed, made["currency"])
        made[f"p:{name}_minor"] = pc.if_else(pc.equal(minor, 0), pa.scalar(None, pa.string()), minor.cast(pa.string()))


def _known(made: dict[str, pa.Array], rows: int) -> Bool:
    """Whether an order says whose it is."""
    found = [np.asarray(made[f"f:{kind}"].is_valid()) for kind in IDENTIFIERS if f"f:{kind}" in made]
    return np.logical_or.reduce(found) if found else np.zeros(rows, bool)


def _cancelled(order: pa.Array, prefix: str) -> Bool:
    return np.asarray(pc.starts_with(order, prefix)) if prefix else np.zeros(len(order), bool)


def _first(column: pa.ChunkedArray, starts: I64) -> pa.Array:
    """Per order the first value there is; for conditions, whether any line fulfils it."""
    if pa.types.is_boolean(column.type):
        return pa.array(np.logical_or.reduceat(np.asarray(column), starts))
    if not column.null_count:
        return column.take(starts).combine_chunks()
    rows = np.where(np.asarray(column.is_valid()), np.arange(len(column)), len(column))
    first = np.minimum.reduceat(rows, starts)
    return column.take(pa.array(first, mask=first == len(column))).combine_chunks()


def _earliest(column: pa.ChunkedArray, starts: I64) -> pa.Array:
    never = np.iinfo(np.int64).max
    first = np.minimum.reduceat(np.asarray(pc.fill_null(column, never)), starts)
    return pa.array(first, mask=first == never)


def _refuse_late(lines: pa.Table, files: Sequence[Place]) -> tuple[pa.Table, list[Reject]]:
    """Refuses what shows only in a whole order: no line of it has a time, or a line is in another currency."""
    starts = starts_of_orders(lines)
    length = np.diff(np.append(starts, lines.num_rows))
    timeless = np.repeat(np.asarray(_earliest(lines.column("time"), starts).is_null()), length)
    currency = lines.column("currency").combine_chunks()
    first = _first(lines.column("currency"), starts).take(np.repeat(np.arange(len(starts)), length))
    other = np.asarray(pc.fill_null(pc.not_equal(currency, first), False))
    if not timeless.any() and not other.any():
        return lines, []
    rejects = [*_rejects(lines, timeless, "time", reasons.NO_ORDER_TIME, files)]
    rejects += _rejects(lines, other & ~timeless, "currency", reasons.MIXED_CURRENCIES, files)
    return lines.filter(pa.array(~(timeless | other))), rejects


def _rejects(
    lines: pa.Table, where: Bool, field: Literal["time", "currency"], reason: Reason, files: Sequence[Place]
) -> Iterator[Reject]:
    for row in lines.filter(pa.array(where)).select(["file", "line", "raw", "order"]).to_pylist():
        place = files[row["file"]]
        shown, said = getattr(place, field) or field, reason(value=row["order"])
        yield refuse(place.path, row["line"], shown, said, row["raw"] or "", place.header)
