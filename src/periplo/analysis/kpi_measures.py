"""How the key figures are measured: which facts, and what of each is added up, divided or ranked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import PAGES, Facts
from periplo.journeys.columns import F64, I64, U8, Bool
from periplo.journeys.kernels.carts import CONVERTED, STILL_OPEN

MESSAGES = ("Email", "SMS", "Push", "WhatsApp")
_WEEK_US = 7 * 24 * 3600 * 1e6


class Measured(NamedTuple):
    """Facts, one per element: the ``row`` each is anchored at, the ``part`` that counts of its ``whole`` (None: one
    each), and a code ``split`` where they must not be mixed (money by currency, conversion by channel)."""

    row: I64
    part: F64 | I64 | Bool
    whole: F64 | I64 | Bool | None = None
    split: I64 | None = None


# sessions
def session_with_order(facts: Facts) -> Measured:
    return Measured(facts.sessions.first, facts.sessions.orders > 0)


def session_with_order_per_channel(facts: Facts) -> Measured:
    found = session_with_order(facts)
    return found._replace(split=facts.part.channel[found.row].astype(np.int64))


def bounced(facts: Facts) -> Measured:
    found = facts.sessions
    return Measured(found.first, (found.events == 1) & (found.pages == 1))


def pages_in_session(facts: Facts) -> Measured:
    seen = facts.sessions.pages > 0
    return Measured(facts.sessions.first[seen], facts.sessions.pages[seen])


def session_length(facts: Facts) -> Measured:
    found = facts.sessions
    return Measured(found.first, facts.part.time_us[found.last] - facts.part.time_us[found.first])


def page_left(facts: Facts) -> Measured:
    rows = facts.persons(facts.rows(*PAGES))
    return Measured(rows, facts.session_rows[1][rows] < 0)


def page_time(facts: Facts) -> Measured:
    rows = facts.persons(facts.rows(*PAGES))
    following = facts.session_rows[1][rows]
    rows, following = rows[following >= 0], following[following >= 0]
    return Measured(rows, facts.part.time_us[following] - facts.part.time_us[rows])


# carts
def cart_abandoned(facts: Facts) -> Measured:
    return _abandoned(*facts.carts)


def checkout_abandoned(facts: Facts) -> Measured:
    return _abandoned(*facts.checkouts)


def _abandoned(first: I64, outcome: U8) -> Measured:
    decided = outcome != STILL_OPEN
    return Measured(first[decided], outcome[decided] != CONVERTED)


# orders and money
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


# customers
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


def customers(facts: Facts) -> Measured:
    rows = facts.part.offsets[:-1][facts.part.person]
    return Measured(rows, np.ones(len(rows), np.int64))


def buyers(facts: Facts) -> Measured:
    bought = np.zeros(facts.part.customers, np.bool_)
    bought[facts.customer(facts.orders.row)] = True
    return Measured(facts.part.offsets[:-1][facts.part.person], bought[facts.part.person])


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


# cycles
def cycle_switches(facts: Facts) -> Measured:
    return Measured(facts.cycles.first, facts.cycles.switches)


def multichannel(facts: Facts) -> Measured:
    return Measured(facts.cycles.first, facts.cycles.channels > 1)


def journey_time(facts: Facts) -> Measured:
    found = facts.cycles
    ordered = found.order >= 0
    first = found.first[ordered]
    return Measured(first, facts.part.time_us[found.order[ordered]] - facts.part.time_us[first])


def touches_per_week(facts: Facts) -> Measured:
    rows = facts.part.offsets[:-1][facts.part.person]
    owner = facts.customer(np.flatnonzero(facts.touch[facts.part.event]))
    counts = np.bincount(owner, minlength=facts.part.customers)[facts.part.person]
    weeks = np.maximum((facts.part.until_us - facts.part.time_us[rows]) / _WEEK_US, 1.0)
    return Measured(rows, counts, weeks)


# messages, promotions, service, surveys
def clicks(facts: Facts) -> Measured:
    return _per(facts, [f"{kind} Clicked" for kind in MESSAGES], [f"{kind} Delivered" for kind in MESSAGES])


def opens(facts: Facts) -> Measured:
    return _per(facts, [f"{kind} Opened" for kind in MESSAGES], [f"{kind} Delivered" for kind in MESSAGES])


def promotion_clicks(facts: Facts) -> Measured:
    return _per(facts, ["Promotion Clicked"], ["Promotion Viewed"])


def ad_clicks(facts: Facts) -> Measured:
    return _per(facts, ["Ad Clicked"], ["Ad Viewed"])


def _per(facts: Facts, part: list[str], whole: list[str]) -> Measured:
    rows = facts.rows(*part, *whole)
    event = facts.part.event[rows]
    return Measured(rows, facts.named(part)[event], facts.named(whole)[event])


def first_reply(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Replied")


def resolution(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Resolved")


def _waited(facts: Facts, begins: str, ends: str) -> Measured:
    rows, ended = facts.answered(begins, ends)
    rows, ended = rows[ended >= 0], ended[ended >= 0]
    return Measured(rows, facts.part.time_us[ended] - facts.part.time_us[rows])


def promoters(facts: Facts) -> Measured:
    """+100 for 9 and 10, -100 for 0 to 6."""
    rows, score = _answers(facts, "nps")
    return Measured(rows, 100 * ((score >= 9).astype(np.int64) - (score <= 6)))


def satisfied(facts: Facts) -> Measured:
    return _top_box(facts, "csat", 5)


def easy(facts: Facts) -> Measured:
    return _top_box(facts, "ces", 7)


def _top_box(facts: Facts, survey: str, top: int) -> Measured:
    rows, score = _answers(facts, survey)
    return Measured(rows, score >= top)


def _answers(facts: Facts, survey: str) -> tuple[I64, F64]:
    """The rows of answers to one kind of survey, and their scores."""
    rows = facts.rows("Survey Answered")
    scores, kinds = facts.part.properties.column("score"), facts.part.properties.column("survey")
    if not isinstance(scores, np.ndarray) or kinds is None or isinstance(kinds, np.ndarray):
        return rows[:0], np.empty(0)
    asked = np.array([value.casefold() == survey for value in kinds.values] + [False])
    rows = rows[asked[kinds.codes[rows]] & ~np.isnan(scores[rows])]
    return rows, scores[rows]
