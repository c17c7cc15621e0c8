"""An order's event, and the event of further lines of it, as the one event that all its lines would have made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from periplo.events.model import Event
from periplo.intake import OfLines

COMPLETED, REFUNDED, ADJUSTED = "Order Completed", "Order Refunded", "Stock Adjusted"
_TOOK = "mended_lines"
_AMOUNTS = ("revenue_minor", "quantity")


def took(order: Event) -> set[str]:
    """The ids of the refused rows that an order has taken in since."""
    return set(_object(order.context).get(_TOOK, ()))


def also_took(order: Event, rows: Collection[str]) -> Event:
    """The order, which names these rows among those it took in."""
    context = _object(order.context)
    return replace(order, context=_json(context | {_TOOK: sorted(took(order) | set(rows))}))


def with_lines(old: Event, new: Event, how: OfLines) -> Event | None:
    """The order ``old`` with the lines that alone make ``new``; None where they are in another currency.

    What the order says of itself, it keeps; what it does not say, the lines may.
    """
    if old.currency and new.currency and old.currency != new.currency:
        return None
    said = {name: value for name, value in asdict(new).items() if getattr(old, name) is None}
    whole = replace(old, **said)
    whole = replace(whole, **_amounts(old, new, how), properties=_properties(old, new, how))
    first = old if old.occurred_at <= new.occurred_at else new
    return replace(whole, occurred_at=first.occurred_at, original_at=first.original_at, clock_flag=first.clock_flag)


def _amounts(old: Event, new: Event, how: OfLines) -> dict[str, Any]:
    """The event and its amounts: in an order with anything sold, what was given back does not count."""
    if COMPLETED in (old.event, new.event) and old.event != new.event:
        sold = old if old.event == COMPLETED else new
        return {name: getattr(sold, name) for name in ("event", "original_name", *_AMOUNTS)}
    if old.event == ADJUSTED != new.event or new.event == ADJUSTED != old.event:
        sizes = {name: _sum(map(abs, _there(old, new, name))) for name in _AMOUNTS}
        return {"event": REFUNDED, "original_name": None} | sizes
    summed = {name: _sum(_there(old, new, name)) for name in _AMOUNTS}
    if how.own_total and (total := _own_total(new) or _own_total(old)):
        summed["revenue_minor"] = total
    return summed


def _own_total(order: Event) -> int | None:
    """The order's revenue, where that is not the sum of its products: the file told the whole order's total."""
    products = _object(order.properties).get("products", [])
    lines = [(one.get("price_minor") or 0, one.get("quantity") or 0) for one in products]
    # A price of one piece is rounded: half a unit for each.
    rounded = sum(abs(pieces) for _, pieces in lines)
    total = order.revenue_minor
    return None if total is None or abs(total - sum(price * n for price, n in lines)) <= rounded / 2 else total


def _properties(old: Event, new: Event, how: OfLines) -> str | None:
    before, after = _object(old.properties), _object(new.properties)
    whole = after | before
    if "products" in before and "products" in after:
        whole["products"] = before["products"] + after["products"]
    for name in how.sums:
        if name in before and name in after:
            whole[name] = before[name] + after[name]
    return _json(whole) if whole else None


def _there(old: Event, new: Event, name: str) -> list[int]:
    return [value for value in (getattr(old, name), getattr(new, name)) if value is not None]


def _sum(values: Iterable[int]) -> int | None:
    found = list(values)
    return sum(found) if found else None


def _object(text: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return found if isinstance(found, dict) else {}


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
