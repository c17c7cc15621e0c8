"""Orders: their numbers, what is in them, and by whom the shop knows that they were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from periplo.simulator.accounts import Accounts
from periplo.simulator.arrays import I64, Bool
from periplo.simulator.catalogue import product_id
from periplo.simulator.decisions import Outcome
from periplo.simulator.identities import Identities
from periplo.simulator.people import People
from periplo.simulator.texts import inside
from periplo.simulator.visits import MARKETPLACE, NONE, ONLINE, PHONE, RESEARCH, TILL, Needs
from periplo.simulator.world import World

FIRST_NUMBER = 100_001
CARD_SHOWN = 0.85


@dataclass(frozen=True)
class Orders:
    """One row per order, in the order of time. Instants in ms, amounts in cents.

    ``user`` and ``more`` are the texts by which the shop's own systems name the customer: the account, or whatever one
    identifier the place of the order knows; both 0 for a till receipt without card.
    """

    numbers: list[str]
    need: I64
    customer: I64
    at: I64
    place: I64
    with_card: Bool
    user: I64
    more: I64
    revenue_minor: I64

    def __len__(self) -> int:
        return len(self.need)

    @property
    def at_till(self) -> Bool:
        return np.isin(self.place, (TILL, RESEARCH))


def take_orders(
    world: World, people: People, needs: Needs, outcome: Outcome, accounts: Accounts, identities: Identities
) -> Orders:
    """All orders of the window, numbered by time."""
    need = np.flatnonzero(outcome.ordered)
    need = need[np.argsort(outcome.ordered_at[need], kind="stable")]
    customer, at, place = needs.customer[need], outcome.ordered_at[need], needs.place[need]
    at_till = np.isin(place, (TILL, RESEARCH))
    with_card = at_till & people.card[customer] & (world.random("cards").random(len(need)) < CARD_SHOWN)
    account = (place == ONLINE) & (accounts.since[customer] <= at)
    by = (
        (place == ONLINE, identities.to_guest),
        (with_card, identities.to_card),
        (place == PHONE, identities.to_phone),
    )
    known_by = [(account, 0), *by, (place == MARKETPLACE, identities.to_masked)]
    firsts = np.select([known for known, _ in known_by], [np.int64(first) for _, first in known_by], 0)
    goods, discount = basket_value(world, needs, outcome, need)
    return Orders(
        numbers=[f"{'T' if till else 'P'}-{FIRST_NUMBER + n}" for n, till in enumerate(at_till.tolist())],
        need=need,
        customer=customer,
        at=at,
        place=place,
        with_card=with_card,
        user=np.where(account, identities.user + customer, 0),
        more=np.where(firsts > 0, firsts + customer, 0),
        revenue_minor=goods - discount,
    )


@dataclass(frozen=True)
class OrderTexts:
    """The first of a run of texts in the pool, one per order: the whole order, or its number only."""

    full: int
    brief: int


def write_orders(world: World, people: People, needs: Needs, outcome: Outcome, orders: Orders) -> OrderTexts:
    goods, _ = basket_value(world, needs, outcome, orders.need)
    full = world.texts.add(_bodies(world, people, needs, outcome, orders, goods))
    brief = world.texts.add([inside({"order_id": number}) for number in orders.numbers])
    for first in (full, brief):
        world.texts.names(first, "order_id", orders.numbers)
    return OrderTexts(full, brief)


def basket_value(world: World, needs: Needs, outcome: Outcome, need: I64) -> tuple[I64, I64]:
    """The goods of each need in cents, and the discount of its coupon."""
    basket = needs.basket[need]
    lines = np.where(basket >= 0, world.catalogue.price_minor[basket] * needs.pieces[need], 0)
    goods = lines.sum(axis=1)
    share = np.array([*(campaign.discount for campaign in world.parameters.campaigns), 0.0])
    coupon = np.where(outcome.trouble.denied[need], NONE, outcome.trouble.coupon[need])
    return goods, np.rint(goods * share[coupon]).astype(np.int64)


def _bodies(world: World, people: People, needs: Needs, outcome: Outcome, orders: Orders, goods: I64) -> list[str]:
    """Each order in full, under the names of Ecommerce v2."""
    methods = [*world.parameters.buying.methods]
    otherwise = outcome.trouble.otherwise | (outcome.trouble.later & outcome.trouble.elsewhere)
    method = np.where(otherwise, methods.index("paypal"), outcome.trouble.method)[orders.need]
    coupons = [*(campaign.coupon for campaign in world.parameters.campaigns), None]
    coupon = np.where(outcome.trouble.denied, NONE, outcome.trouble.coupon)[orders.need]
    baskets = zip(needs.basket[orders.need].tolist(), needs.pieces[orders.need].tolist(), strict=True)
    columns = (orders.place, orders.revenue_minor, goods, coupon, method, people.near[orders.customer])
    rows = zip(
        orders.numbers, baskets, people.locale[orders.customer].tolist(), *(c.tolist() for c in columns), strict=True
    )
    return [
        inside(
            {
                "order_id": number,
                "revenue": revenue / 100,
                "currency": world.parameters.shop.currency,
                **({"discount": (full - revenue) / 100, "coupon": coupons[used]} if full > revenue else {}),
                **_of_place(world, place, revenue, methods[pays], store),
                "products": _lines(world, basket, pieces, locale),
            }
        )
        for number, (basket, pieces), locale, place, revenue, full, used, pays, store in rows
    ]


def _of_place(world: World, place: int, revenue: int, method: str, store: int) -> dict[str, Any]:
    """Delivery and payment, or the store."""
    if place in (TILL, RESEARCH):
        return {"total": revenue / 100, "store": world.parameters.stores[store]}
    free = revenue >= world.parameters.buying.free_delivery_from * 100
    price = 0 if free else round(world.parameters.buying.delivery_price * 100)
    return {"total": (revenue + price) / 100, "shipping": price / 100, "payment_method": method}


def _lines(world: World, basket: list[int], pieces: list[int], locale: int) -> list[dict[str, Any]]:
    shown = world.catalogue
    return [
        {
            "product_id": product_id(product),
            "name": shown.names[product][locale],
            "category": shown.categories[shown.category[product]].slug,
            "price": int(shown.price_minor[product]) / 100,
            "quantity": quantity,
        }
        for product, quantity in zip(basket, pieces, strict=True)
        if product >= 0
    ]
