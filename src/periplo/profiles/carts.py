"""The open carts of a customer: what is in them, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from periplo.events.money import to_count, to_minor
from periplo.profiles.rows import Row, properties

ADDED = frozenset({"Product Added", "Wishlist Product Added to Cart"})
REMOVED, VIEWED, ORDERED = "Product Removed", "Cart Viewed", "Order Completed"
_ID = ("product_id", "productId", "item_id", "sku", "id")


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """``price_minor`` of one piece, where it was told."""

    product_id: str
    name: str | None
    quantity: int
    price_minor: int | None


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """``cart_id`` None: the customer's cart, where no number was told. ``value_minor`` where all prices were told."""

    cart_id: str | None
    channel: str
    since: datetime
    changed: datetime
    lines: list[CartLine]
    value_minor: int | None
    currency: str | None


def open_carts(rows: Sequence[Row]) -> list[Cart]:
    """The carts with something in them that no order took, from events in time order; that changed last comes first.

    As the key figures count carts: an order takes the cart with its number, else that which was changed last.
    """
    open_: dict[str | None, list[Row]] = {}
    for row in rows:
        if row["event"] == ORDERED:
            number = row["cart_id"] if row["cart_id"] in open_ else next(reversed(open_), None)
            open_.pop(number, None)
        elif row["event"] in ADDED or row["event"] in (REMOVED, VIEWED):
            changes = open_.pop(row["cart_id"], [])
            if changes or row["event"] != REMOVED:
                open_[row["cart_id"]] = [*changes, row]
    carts = [_cart(number, changes) for number, changes in reversed(open_.items())]
    return [cart for cart in carts if cart.lines]


def _cart(number: str | None, changes: list[Row]) -> Cart:
    lines: dict[str, CartLine] = {}
    for row in changes:
        said = properties(row)
        if row["event"] == VIEWED:
            shown = list(_shown(said, row["currency"]))
            lines = {line.product_id: line for line in shown} if shown else lines
        else:
            _change(lines, _line(said, row), row["event"] == REMOVED, row["quantity"])
    prices = [None if one.price_minor is None else one.price_minor * one.quantity for one in lines.values()]
    whole = None if None in prices else sum(filter(None, prices))
    return Cart(
        cart_id=number,
        channel=changes[-1]["channel"],
        since=changes[0]["occurred_at"],
        changed=changes[-1]["occurred_at"],
        lines=list(lines.values()),
        value_minor=whole,
        currency=next((row["currency"] for row in reversed(changes) if row["currency"]), None),
    )


def _change(lines: dict[str, CartLine], line: CartLine | None, removed: bool, pieces: int | None) -> None:
    """Adds a line or takes it away; who removes and does not say how many removes all."""
    if line is None:
        return
    before = lines.get(line.product_id)
    there = before.quantity if before else 0
    left = there + (-(pieces or there) if removed else line.quantity)
    lines.pop(line.product_id, None)
    if left > 0:
        kept = before if removed and before else line
        lines[line.product_id] = msgspec.structs.replace(kept, quantity=left)


def _line(said: dict[str, Any], row: Row) -> CartLine | None:
    if not row["product_id"]:
        return None
    return CartLine(
        product_id=row["product_id"],
        name=_text(said.get("name")) or row["title"],
        quantity=row["quantity"] or 1,
        price_minor=_minor(said.get("price"), row["currency"]),
    )


def _shown(said: dict[str, Any], currency: str | None) -> Iterator[CartLine]:
    """The lines of a cart that was looked at."""
    products = said.get("products")
    for one in products if isinstance(products, list) else ():
        if isinstance(one, dict) and (product := next((str(one[key]) for key in _ID if one.get(key)), "")):
            pieces = _count(one.get("quantity"))
            yield CartLine(
                product_id=product,
                name=_text(one.get("name")),
                quantity=1 if pieces is None else max(pieces, 0),
                price_minor=_minor(one.get("price"), currency),
            )


def _text(value: object) -> str | None:
    return value or None if isinstance(value, str) else None


def _minor(price: object, currency: str | None) -> int | None:
    try:
        return None if price is None else to_minor(price, currency)
    except ValueError:
        return None


def _count(pieces: object) -> int | None:
    try:
        return None if pieces is None else to_count(pieces)
    except ValueError:
        return None
