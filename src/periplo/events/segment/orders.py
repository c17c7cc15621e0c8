"""Money and products of messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from periplo.events.money import known_currency, to_count, to_minor
from periplo.events.segment.fields import Rows, text

Refuse = Callable[[int, str, str, dict[str, str]], None]
"""Notes why a row is refused: row, field, reason (a template), its values."""

Said = Callable[[str], Any]
"""What a message says under a name; None where it says nothing."""

_MANY = 10**15


class Line(NamedTuple):
    """One product of a ``products`` array."""

    product: str | None
    category: str | None
    price: Any
    quantity: Any


class Orders(NamedTuple):
    """Columns as plain lists, one value per message."""

    revenue_minor: list[int | None]
    currency: list[str | None]
    quantity: list[int | None]
    product: list[str | None]
    category: list[str | None]


def orders(told: Rows, money: NDArray[np.str_], currency: str | None, refuse: Refuse) -> Orders:
    """What the messages say of money and products.

    ``money``: what the event of each row does with revenue ("in", "out" or empty); ``currency``: where none is said.
    The revenue is what is said, else (of an event with money) the total, the value, or the sum of its products.
    """
    size = len(told.objects)
    pieces = [None if value is None else _count(value) for value in told.values("quantity")]
    found = Orders([None] * size, [None] * size, pieces, [None] * size, [None] * size)
    baskets = _baskets(told)
    for row, lines in baskets.items():
        _from_basket(row, lines, found)
    priced = money != ""
    for name in ("revenue", "currency"):
        priced |= np.array([value is not None for value in told.values(name)], np.bool_)
    for row in np.flatnonzero(priced).tolist():
        _earned(
            row, partial(getattr, told.objects[row]), baskets.get(row, []), str(money[row]), currency, found, refuse
        )
    return found


def _baskets(told: Rows) -> dict[int, list[Line]]:
    both = zip(told.values("products"), told.values("items"), strict=True)
    return {row: _lines(products or items) for row, (products, items) in enumerate(both) if products or items}


def _from_basket(row: int, lines: list[Line], found: Orders) -> None:
    """A basket tells its quantity; with one product in it, also the product and its category."""
    if found.quantity[row] is None:
        found.quantity[row] = sum(_count(line.quantity) or 0 for line in lines) or None
    if len(lines) == 1:
        found.product[row], found.category[row] = lines[0].product, lines[0].category


def _earned(
    row: int, said: Said, lines: list[Line], money: str, default: str | None, found: Orders, refuse: Refuse
) -> None:
    named = said("currency")
    currency = default if named is None else _currency(row, named, refuse)
    amounts = map(said, ("revenue", "total", "value") if money else ("revenue",))
    amount = next((amount for amount in amounts if amount is not None and amount != ""), None)
    try:
        minor = _sum(lines if money else [], currency) if amount is None else to_minor(amount, currency)
    except ValueError:
        refuse(row, "revenue", "“{value}” is not an amount of money.", {"value": str(amount)})
        return
    if minor is not None and minor < 0 and money != "out":
        refuse(row, "revenue", "The revenue {value} is negative.", {"value": str(amount)})
    found.revenue_minor[row] = None if minor is None else abs(minor)
    found.currency[row] = currency if minor is not None or named else None


def _sum(lines: list[Line], currency: str | None) -> int | None:
    """The sum of a basket whose lines all have a price, else None."""
    if not lines or any(line.price is None for line in lines):
        return None
    return sum(to_minor(line.price, currency) * (_count(line.quantity) or 1) for line in lines)


def _currency(row: int, said: Any, refuse: Refuse) -> str | None:
    if isinstance(said, str) and (code := _code(said)):
        return code
    refuse(row, "currency", "“{value}” is not an ISO 4217 currency.", {"value": str(said)})
    return None


@lru_cache(1 << 10)
def _code(said: str) -> str | None:
    code = said.strip().upper()
    return code if known_currency(code) else None


def _lines(products: Any) -> list[Line]:
    if not isinstance(products, list):
        return []
    return [
        Line(
            text(line.get("product_id") or line.get("item_id") or line.get("sku") or line.get("id")),
            text(line.get("category") or line.get("item_category")),
            line.get("price"),
            line.get("quantity"),
        )
        for line in products
        if isinstance(line, dict)
    ]


def _count(value: Any) -> int | None:
    """A whole number of pieces; None where it is no number (the value stays in the properties)."""
    if type(value) is int and -_MANY < value < _MANY:
        return value
    try:
        return to_count(value)
    except ValueError:
        return None
