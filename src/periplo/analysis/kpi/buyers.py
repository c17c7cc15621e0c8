"""Customers who order: again, for how much, at what cost, or no more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import MONEY, ORDERS, Measured, Spec
from periplo.journeys.columns import I64


class Buyers(NamedTuple):
    """Per customer with an order: the rows of the first and last one, and how many."""

    first: I64
    last: I64
    orders: I64


def _person_orders(facts: Facts) -> tuple[I64, I64]:
    rows = facts.persons(facts.orders.row)
    return rows, facts.customer(rows)


def _buyers(facts: Facts) -> Buyers:
    rows, customer = _person_orders(facts)
    begins = np.flatnonzero(np.diff(customer, prepend=-1))
    ends = np.append(begins[1:], len(rows))[: len(begins)]
    return Buyers(rows[begins], rows[ends - 1], ends - begins)


def ordered_again(facts: Facts) -> Measured:
    found = _buyers(facts)
    return Measured(found.first, found.orders > 1)


def time_between_orders(facts: Facts) -> Measured:
    rows, customer = _person_orders(facts)
    again = np.flatnonzero(np.diff(customer, prepend=-1) == 0)
    return Measured(rows[again], facts.part.time_us[rows[again]] - facts.part.time_us[rows[again - 1]])


def silent(facts: Facts) -> Measured:
    """How long ago each buyer last ordered."""
    found = _buyers(facts)
    return Measured(found.first, facts.part.until_us - facts.part.time_us[found.last])


def value_so_far(facts: Facts) -> Measured:
    """Per buyer and currency what they have spent."""
    rows, customer = _person_orders(facts)
    found = facts.money(rows)
    owner, first, place = np.unique(
        customer * len(facts.currencies) + found.currency, return_index=True, return_inverse=True
    )
    spent = np.bincount(place, found.minor, len(owner))
    return Measured(rows[first], spent, split=owner % len(facts.currencies))


def acquisition_cost(facts: Facts) -> Measured:
    return _cost(facts, "acquisition_cost_minor", _buyers(facts).first)


def retention_cost(facts: Facts) -> Measured:
    found = _buyers(facts)
    return _cost(facts, "retention_cost_minor", found.first[found.orders > 1])


def _cost(facts: Facts, name: str, won: I64) -> Measured:
    """What all events cost, over the customers won, one row each."""
    column = facts.part.properties.column(name)
    cost = column if isinstance(column, np.ndarray) else np.full(facts.part.events, np.nan)
    rows = np.flatnonzero(~np.isnan(cost))
    nothing, one = np.zeros(len(won)), np.ones(len(won))
    everything = np.concatenate((rows, won))
    return Measured(
        everything,
        np.concatenate((cost[rows], nothing)),
        np.concatenate((np.zeros(len(rows)), one)),
        facts.money(everything).currency,
    )


FIGURES = (
    Spec(
        "repeat_purchase_rate",
        "repeat purchase rate",
        "Customers with two orders or more / customers with one or more.",
        "share",
        "ratio",
        ordered_again,
        ORDERS,
    ),
    Spec(
        "time_between_orders",
        "median time between orders",
        "Between two consecutive orders of a customer.",
        "seconds",
        "median",
        time_between_orders,
        ORDERS,
        again=True,
    ),
    Spec(
        "time_between_orders_p90",
        "time between orders, 90 % within",
        "Between two consecutive orders of a customer, the time within which nine of ten fall.",
        "seconds",
        "p90",
        time_between_orders,
        ORDERS,
        again=True,
    ),
    Spec(
        "churned_customers",
        "churned customers",
        "Customers whose last order is longer ago than nine of ten times between orders of the shop ({days} days) / "
        "customers with an order.",
        "share",
        "beyond",
        silent,
        ORDERS,
        again=True,
    ),
    Spec(
        "customer_value",
        "customer value so far",
        "Mean order value x orders per year x years as a customer: what a customer with an order has spent so far.",
        "money",
        "ratio",
        value_so_far,
        ORDERS,
        MONEY,
        "currency",
    ),
    Spec(
        "acquisition_cost",
        "acquisition cost",
        "Costs of winning customers / customers with a first order in the period.",
        "money",
        "ratio",
        acquisition_cost,
        ORDERS,
        "acquisition_cost_minor",
        "currency",
    ),
    Spec(
        "retention_cost",
        "retention cost",
        "Costs of keeping customers / customers who ordered again.",
        "money",
        "ratio",
        retention_cost,
        ORDERS,
        "retention_cost_minor",
        "currency",
    ),
)
