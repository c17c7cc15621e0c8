"""What follows an order: parcels, points, returns, surveys, reviews; and the orders that no visit makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import DAY_MS, HOUR_MS, I64, Bool
from periplo.simulator.deliveries import Deliveries
from periplo.simulator.desk import Desk
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders, OrderTexts
from periplo.simulator.people import People
from periplo.simulator.texts import inside, more
from periplo.simulator.visits import MARKETPLACE, PHONE
from periplo.simulator.world import World

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Parcels:
    """The orders that are sent (rows of ``Orders``) and how they travel, as instants in ms."""

    rows: I64
    carrier: I64
    shipped: I64
    promised: I64
    delivered: I64
    late: Bool

    @classmethod
    def of(cls, orders: Orders, delivery: Deliveries) -> Parcels:
        rows = np.flatnonzero(~orders.at_till)
        need = orders.need[rows]
        return cls(
            rows,
            delivery.carrier[need],
            np.maximum(delivery.shipped[need], orders.at[rows] + HOUR_MS // 2),
            delivery.promised[need],
            np.maximum(delivery.delivered[need], orders.at[rows] + HOUR_MS),
            delivery.late[need],
        )


def sell_elsewhere(people: People, orders: Orders, texts: OrderTexts, desk: Desk) -> None:
    """Orders at the till, by telephone and at marketplaces; visits to stores by those whose card is read."""
    by_phone, at_market = orders.place == PHONE, orders.place == MARKETPLACE
    for made, system in ((orders.at_till, "store"), (by_phone, "phone"), (at_market, "marketplace")):
        rows = np.flatnonzero(made)
        desk.tell_of(Kind.ORDER_COMPLETED, system, orders, rows, orders.at[rows], body=texts.full + rows)
    seen = np.flatnonzero(orders.with_card)
    place = desk.world.texts.add([inside({"store": store}) for store in desk.world.parameters.stores])
    arrived = orders.at[seen] - desk.rng.integers(4, 40, len(seen)) * MINUTE_MS
    desk.tell_of(Kind.STORE_VISITED, "store", orders, seen, arrived, body=place + people.near[orders.customer[seen]])


def send_parcels(world: World, orders: Orders, parcels: Parcels, texts: OrderTexts, desk: Desk) -> None:
    """Shipped, delayed, delivered."""
    rows, names = parcels.rows, list(world.parameters.after.carriers)
    by = world.texts.add([more({"carrier": name}) for name in names]) + parcels.carrier
    body = texts.brief + rows
    desk.tell_of(Kind.ORDER_SHIPPED, "orders", orders, rows, parcels.shipped, body=body, extra=by)
    late = np.flatnonzero(parcels.late)
    noticed = np.maximum(parcels.promised, parcels.shipped)[late] + HOUR_MS // 4
    desk.tell_of(Kind.DELIVERY_DELAYED, "orders", orders, rows[late], noticed, body=body[late], extra=by[late])
    desk.tell_of(Kind.ORDER_DELIVERED, "orders", orders, rows, parcels.delivered, body=body, extra=by)


def give_points(world: World, people: People, orders: Orders, texts: OrderTexts, desk: Desk) -> None:
    """Points for those whose card is known with the order; some are paid with points."""
    rng = world.random("points")
    linked = (orders.user > 0) & people.card_linked[orders.customer]
    rows = np.flatnonzero(orders.with_card | linked)
    points = world.texts.add([f',"points":{cents // 100}' for cents in orders.revenue_minor[rows].tolist()])
    earned = orders.at[rows] + rng.integers(1, 5, len(rows)) * MINUTE_MS
    extra = points + np.arange(len(rows))
    desk.tell_of(Kind.POINTS_EARNED, "orders", orders, rows, earned, body=texts.brief + rows, extra=extra)
    pays = np.flatnonzero(rng.random(len(rows)) < world.parameters.after.redeem)
    desk.tell_of(
        Kind.POINTS_REDEEMED,
        "orders",
        orders,
        rows[pays],
        earned[pays] + 20_000,
        body=texts.brief + rows[pays],
        extra=world.texts.one(more({"points": 200})),
    )


def take_back(world: World, orders: Orders, parcels: Parcels, texts: OrderTexts, desk: Desk) -> None:
    """Returns and their refunds."""
    rng, after = world.random("returns"), world.parameters.after
    arrived = orders.at.copy()
    arrived[parcels.rows] = parcels.delivered
    share = np.where(orders.at_till, after.store_returns, after.returns)
    rows = np.flatnonzero(rng.random(len(orders)) < share)
    returned = world.clocks.store.later(arrived[rows], 10 + rng.exponential(60.0, len(rows)))
    amounts = [
        {"revenue": cents / 100, "currency": world.parameters.shop.currency}
        for cents in orders.revenue_minor[rows].tolist()
    ]
    amount = world.texts.add([more(fact) for fact in amounts]) + np.arange(len(rows))
    for at_till, system in ((False, "orders"), (True, "store")):
        some = np.flatnonzero(orders.at_till[rows] == at_till)
        back, body = rows[some], texts.brief + rows[some]
        desk.tell_of(Kind.ORDER_RETURNED, system, orders, back, returned[some], body=body)
        refunded = returned[some] + 2 * DAY_MS
        desk.tell_of(Kind.ORDER_REFUNDED, system, orders, back, refunded, body=body, extra=amount[some])
