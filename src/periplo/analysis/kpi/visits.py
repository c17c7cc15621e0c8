"""Who came, what they did in their sessions, and how many of them ordered."""

from __future__ import annotations

import numpy as np

from periplo.analysis.facts import PAGES, Facts
from periplo.analysis.kpi.spec import ORDERS, Measured, Spec


def customers(facts: Facts) -> Measured:
    rows = facts.part.offsets[:-1][facts.part.person]
    return Measured(rows, np.ones(len(rows), np.int64))


def buyers(facts: Facts) -> Measured:
    bought = np.zeros(facts.part.customers, np.bool_)
    bought[facts.customer(facts.orders.row)] = True
    return Measured(facts.part.offsets[:-1][facts.part.person], bought[facts.part.person])


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


def sessions(facts: Facts) -> Measured:
    return Measured(facts.sessions.first, np.ones(len(facts.sessions.first), np.int64))


def page_time(facts: Facts) -> Measured:
    """The time the page was visible where the tracker says so, else until the next event of the session."""
    rows = facts.persons(facts.rows(*PAGES))
    following, said = facts.session_rows[1][rows], facts.visible_s
    visible = np.full(len(rows), np.nan) if said is None else said[rows]
    gap = facts.part.time_us[following] - facts.part.time_us[rows]
    seen = ~np.isnan(visible)
    known = seen | (following >= 0)
    return Measured(rows[known], np.where(seen, np.nan_to_num(visible) * 1e6, gap)[known].astype(np.int64))


def customer_time(facts: Facts) -> Measured:
    found = session_length(facts)
    return found._replace(part=found.part / 1e6)


FIGURES = (
    Spec("customers", "customers", "Known customers with an event in the period.", "count", "sum", customers),
    Spec("sessions", "sessions", "Sessions of known customers.", "count", "sum", sessions),
    Spec(
        "conversion_rate",
        "conversion rate of sessions",
        "Sessions with an Order Completed / all sessions.",
        "share",
        "ratio",
        session_with_order,
        ORDERS,
    ),
    Spec(
        "customer_conversion_rate",
        "conversion rate of customers",
        "Customers with an Order Completed / all customers.",
        "share",
        "ratio",
        buyers,
        ORDERS,
    ),
    Spec(
        "conversion_spread",
        "conversion spread between channels",
        "Highest minus lowest conversion rate of sessions among channels with 30 sessions or more, some with an order "
        "and some without.",
        "share",
        "spread",
        session_with_order_per_channel,
        ORDERS,
        split="channel",
        less=True,
    ),
    Spec(
        "bounce_rate",
        "bounce rate",
        "Sessions with one page view and no other contact / sessions.",
        "share",
        "ratio",
        bounced,
        (PAGES,),
        less=True,
    ),
    Spec(
        "pages_per_session",
        "pages per session",
        "Page views / sessions that have any.",
        "number",
        "ratio",
        pages_in_session,
        (PAGES,),
    ),
    Spec(
        "time_on_page",
        "median time on page",
        "The time a page was visible, where it is sent; else from a page view to the next event of its session; the "
        "last one of a session has none.",
        "seconds",
        "median",
        page_time,
        (PAGES,),
    ),
    Spec(
        "exit_rate",
        "exit rate",
        "Page views that ended their session / page views; by page it is the exit rate of each.",
        "share",
        "ratio",
        page_left,
        (PAGES,),
        less=True,
    ),
    Spec(
        "session_time",
        "median time in a session",
        "From the first event of a session to its last; by channel it is the time in each.",
        "seconds",
        "median",
        session_length,
    ),
    Spec(
        "time_per_customer",
        "time in sessions per customer",
        "Time in sessions, first event to last / customers with a session; by channel it is the time in each.",
        "seconds",
        "per_customer",
        customer_time,
    ),
)
