"""The orders of a customer, and how far each has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from periplo.profiles.rows import Row

OrderState = Literal[
    "completed", "shipped", "delayed", "delivered", "exchanged", "returned", "partly_refunded", "refunded", "cancelled"
]
_STATES: dict[str, OrderState] = {
    "Order Completed": "completed",
    "Order Shipped": "shipped",
    "Delivery Delayed": "delayed",
    "Order Delivered": "delivered",
    "Order Exchanged": "exchanged",
    "Order Returned": "returned",
    "Order Refunded": "refunded",
    "Order Cancelled": "cancelled",
}


class Step(msgspec.Struct, frozen=True):
    state: OrderState
    at: datetime


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` is the newest of its ``steps``. ``channel`` is where it was placed; amounts where they were told.

    ``order_id`` None: an order without a number.
    """

    order_id: str | None
    source: str
    channel: str
    state: OrderState
    steps: list[Step]
    revenue_minor: int | None
    refunded_minor: int
    currency: str | None


def read_orders(rows: Sequence[Row]) -> list[Order]:
    """The orders in events in time order, the newest first."""
    mine: dict[str, list[Row]] = {}
    for row in rows:
        if row["event"] in _STATES and (row["order_id"] or row["event"] == "Order Completed"):
            mine.setdefault(row["order_id"] or f"\0{row['seq']}", []).append(row)
    orders = [_order(told) for told in mine.values()]
    return sorted(orders, key=lambda order: order.steps[0].at, reverse=True)


def _order(told: list[Row]) -> Order:
    placed = [row for row in told if row["event"] == "Order Completed"]
    amounts = [row["revenue_minor"] for row in placed if row["revenue_minor"] is not None]
    revenue = sum(amounts) if amounts else None
    steps: list[Step] = []
    back = 0
    for row in told:
        state = _STATES[row["event"]]
        if state == "refunded":
            back += row["revenue_minor"] or 0
            if revenue is not None and row["revenue_minor"] is not None and back < revenue:
                state = "partly_refunded"
        if not steps or steps[-1].state != state:
            steps.append(Step(state, row["occurred_at"]))
    first = placed[0] if placed else told[0]
    return Order(
        order_id=first["order_id"],
        source=first["source"],
        channel=first["channel"],
        state=steps[-1].state,
        steps=steps,
        revenue_minor=revenue,
        refunded_minor=back,
        currency=next((row["currency"] for row in told if row["currency"]), None),
    )
