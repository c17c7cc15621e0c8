"""Carts, checkouts, orders and money."""

from __future__ import annotations

import numpy as np

from periplo.analysis.facts import CART_CHANGES, CHECKOUT, Facts
from periplo.analysis.kpi.spec import BACK, MONEY, ORDERS, Measured, Spec
from periplo.journeys.columns import I64, U8
from periplo.journeys.kernels.carts import CONVERTED, STILL_OPEN


def cart_abandoned(facts: Facts) -> Measured:
    return _abandoned(*facts.carts)


def checkout_abandoned(facts: Facts) -> Measured:
    return _abandoned(*facts.checkouts)


def _abandoned(first: I64, outcome: U8) -> Measured:
    decided = outcome != STILL_OPEN
    return Measured(first[decided], outcome[decided] != CONVERTED)


def orders(facts: Facts) -> Measured:
    return Measured(facts.orders.row, np.ones(len(facts.orders.row), np.int64))


def returned(facts: Facts) -> Measured:
    return Measured(facts.given_back.row, np.ones(len(facts.given_back.row), np.int64))


def revenue(facts: Facts) -> Measured:
    return Measured(facts.orders.row, facts.orders.minor, split=facts.orders.currency)


def refunds(facts: Facts) -> Measured:
    return Measured(facts.given_back.row, facts.given_back.minor, split=facts.given_back.currency)


def net_revenue(facts: Facts) -> Measured:
    paid, back = facts.orders, facts.given_back
    return Measured(
        np.concatenate((paid.row, back.row)),
        np.concatenate((paid.minor, -back.minor)),
        split=np.concatenate((paid.currency, back.currency)),
    )


def refund_rate(facts: Facts) -> Measured:
    paid, back = facts.orders, facts.given_back
    return Measured(
        np.concatenate((paid.row, back.row)),
        np.concatenate((np.zeros_like(paid.minor), back.minor)),
        np.concatenate((paid.minor, np.zeros_like(back.minor))),
        np.concatenate((paid.currency, back.currency)),
    )


def order_value(facts: Facts) -> Measured:
    found = facts.orders
    return Measured(found.row, found.minor, found.known, found.currency)


def net_order_value(facts: Facts) -> Measured:
    paid, back = facts.orders, facts.given_back
    return Measured(
        np.concatenate((paid.row, back.row)),
        np.concatenate((paid.minor, -back.minor)),
        np.concatenate((paid.known, np.zeros(len(back.row), np.bool_))),
        np.concatenate((paid.currency, back.currency)),
    )


FIGURES = (
    Spec(
        "cart_abandonment",
        "cart abandonment",
        "Carts with no order within 24 hours of their last change / carts for which that time is over or that were "
        "ordered.",
        "share",
        "ratio",
        cart_abandoned,
        (CART_CHANGES,),
        less=True,
    ),
    Spec(
        "checkout_abandonment",
        "checkout abandonment",
        "Checkouts begun with no order within 24 hours / checkouts for which that time is over or that were ordered.",
        "share",
        "ratio",
        checkout_abandoned,
        ((CHECKOUT,),),
        less=True,
    ),
    Spec("orders", "orders", "Orders completed, also of unknown customers.", "count", "sum", orders, ORDERS),
    Spec(
        "revenue",
        "revenue, gross",
        "Revenue of the orders completed.",
        "money",
        "sum",
        revenue,
        ORDERS,
        MONEY,
        "currency",
    ),
    Spec(
        "refunds",
        "money given back",
        "Money given back for refunded and cancelled orders.",
        "money",
        "sum",
        refunds,
        BACK,
        MONEY,
        "currency",
        less=True,
    ),
    Spec(
        "net_revenue",
        "revenue, net",
        "Revenue of the orders completed, less the money given back in the same period.",
        "money",
        "sum",
        net_revenue,
        ORDERS,
        MONEY,
        "currency",
    ),
    Spec(
        "refund_rate",
        "refund rate",
        "Money given back / revenue of the orders completed.",
        "share",
        "ratio",
        refund_rate,
        (*ORDERS, *BACK),
        MONEY,
        "currency",
        less=True,
    ),
    Spec(
        "returned_orders",
        "refunded and cancelled orders",
        "Refunds and cancellations, each counted once.",
        "count",
        "sum",
        returned,
        BACK,
        less=True,
    ),
    Spec(
        "average_order_value",
        "average order value",
        "Revenue of the orders completed / orders whose revenue is known.",
        "money",
        "ratio",
        order_value,
        ORDERS,
        MONEY,
        "currency",
    ),
    Spec(
        "net_order_value",
        "average order value, net",
        "Revenue of the orders completed, less the money given back in the same period / orders whose revenue is "
        "known.",
        "money",
        "ratio",
        net_order_value,
        ORDERS,
        MONEY,
        "currency",
    ),
)
