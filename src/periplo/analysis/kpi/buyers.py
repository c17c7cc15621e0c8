"""Customers who order: again, for how much, at what cost, or no more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import MONEY, ORDERS, Measured, Spec
from periplo.analysis.numbers import grouped_quantiles
from periplo.journeys.columns import F64, I64, JourneyColumns

ENOUGH_GAPS = 3
_P90: F64 = np.array([0.9])


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


def churned(facts: Facts) -> Measured:
    """Silent for longer than nine of ten times between orders of the shop."""
    found = _buyers(facts)
    return Measured(found.first, _silent(facts, found) > facts.past.longest_gap_us)


def churned_own(facts: Facts) -> Measured:
    """Silent for longer than nine of ten of their own times between orders; with few of them, of the shop's."""
    found, again = _buyers(facts), time_between_orders(facts)
    customer = facts.customer(again.row)
    own = grouped_quantiles(customer, again.part.astype(np.int64), facts.part.customers, _P90)[:, 0]
    many = np.bincount(customer, minlength=facts.part.customers) >= ENOUGH_GAPS
    longest = np.where(many, own, facts.past.longest_gap_us)[facts.customer(found.first)]
    return Measured(found.first, _silent(facts, found) > longest)


def _silent(facts: Facts, found: Buyers) -> I64:
    """How long ago each buyer last ordered."""
    return facts.part.until_us - facts.part.time_us[found.last]


def value_so_far(facts: Facts) -> Measured:
    """Per buyer and currency what they have spent."""
    rows, customer = _person_orders(facts)
    found = facts.money(rows)
    owner, first, place = np.unique(
        customer * len(facts.currencies) + found.currency, return_index=True, return_inverse=True
    )
    spent = np.bincount(place, found.minor, len(owner))
    return Measured(rows[first], spent, split=owner % len(facts.currencies))


def new_customers(facts: Facts) -> Measured:
    """Those whose first order of all is in the period."""
    first = _new(facts)
    return Measured(first, np.ones(len(first), np.int64))


def _new(facts: Facts) -> I64:
    first = _buyers(facts).first
    return first[~np.isin(facts.part.customer[facts.customer(first)], facts.past.ordered_before)]


def acquisition_cost(facts: Facts) -> Measured:
    """What all events cost, over the customers won, one row each."""
    won, cost = _new(facts), costs(facts.part, "acquisition_cost_minor")
    rows = np.flatnonzero(~np.isnan(cost))
    everything = np.concatenate((rows, won))
    return Measured(
        everything,
        np.concatenate((cost[rows], np.zeros(len(won)))),
        np.concatenate((np.zeros(len(rows)), np.ones(len(won)))),
        facts.money(everything).currency,
    )


def costs(columns: JourneyColumns, name: str) -> F64:
    """What each event cost (minor units), NaN where it says nothing."""
    column = columns.properties.column(name)
    return column if isinstance(column, np.ndarray) else np.full(columns.events, np.nan)


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
        less=True,
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
        less=True,
    ),
    Spec(
        "churned_customers",
        "churned customers",
        "Customers whose last order is longer ago than nine of ten times between orders of the shop "
        "({days} {days:day|days}) / customers with an order.",
        "share",
        "ratio",
        churned,
        ORDERS,
        again=True,
        less=True,
    ),
    Spec(
        "churned_customers_own",
        "churned customers, each by their own rhythm",
        "Customers whose last order is longer ago than nine of ten of their own times between orders; with fewer than "
        "three of them, of those of the shop ({days} {days:day|days}) / customers with an order.",
        "share",
        "ratio",
        churned_own,
        ORDERS,
        again=True,
        less=True,
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
        "new_customers",
        "new customers",
        "Customers whose first order of all is in the period.",
        "count",
        "sum",
        new_customers,
        ORDERS,
    ),
    Spec(
        "acquisition_cost",
        "acquisition cost",
        "Costs of winning customers / customers whose first order of all is in the period.",
        "money",
        "ratio",
        acquisition_cost,
        ORDERS,
        "acquisition_cost_minor",
        "currency",
        less=True,
    ),
)
