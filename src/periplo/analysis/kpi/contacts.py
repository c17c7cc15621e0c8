"""Contacts on the way to an order, and clicks in messages, promotions and ads."""

from __future__ import annotations

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import ORDERS, Measured, Spec

MESSAGES = ("Email", "SMS", "Push", "WhatsApp")


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
    """Each contact, over the weeks since the customer's first one."""
    rows = facts.persons(np.flatnonzero(facts.touch[facts.part.event]))
    owner = facts.customer(rows)
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    since = np.zeros(facts.part.customers, np.int64)
    since[owner[begins]] = facts.part.time_us[rows[begins]]
    return Measured(rows, np.ones(len(rows), np.int64), since=since)


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


def _delivered(what: str) -> tuple[tuple[str, ...], ...]:
    return tuple(f"{kind} {what}" for kind in MESSAGES), tuple(f"{kind} Delivered" for kind in MESSAGES)


FIGURES = (
    Spec(
        "channel_switches",
        "channel switches",
        "Changes of channel per cycle; a cycle goes up to one order and what follows it.",
        "number",
        "ratio",
        cycle_switches,
    ),
    Spec(
        "channel_switches_per_customer",
        "channel switches per customer",
        "Changes of channel in all cycles of a customer / customers with a contact.",
        "number",
        "per_customer",
        cycle_switches,
    ),
    Spec(
        "multichannel_cycles",
        "cycles through several channels",
        "Cycles with touches in two channels or more / cycles.",
        "share",
        "ratio",
        multichannel,
    ),
    Spec(
        "journey_duration",
        "median journey to an order",
        "From the first touch of a cycle to its order.",
        "seconds",
        "median",
        journey_time,
        ORDERS,
        less=True,
    ),
    Spec(
        "journey_duration_p90",
        "journey to an order, 90 % within",
        "From the first touch of a cycle to its order, the time within which nine of ten fall.",
        "seconds",
        "p90",
        journey_time,
        ORDERS,
        less=True,
    ),
    Spec(
        "contact_frequency",
        "touchpoints per customer and week",
        "Contacts of known customers / weeks since their first one, at least one week each.",
        "number",
        "per_customer",
        touches_per_week,
    ),
    Spec(
        "message_open_rate",
        "open rate of messages",
        "Messages opened / delivered.",
        "share",
        "ratio",
        opens,
        _delivered("Opened"),
    ),
    Spec(
        "message_click_rate",
        "click rate of messages",
        "Clicks in messages / messages delivered.",
        "share",
        "ratio",
        clicks,
        _delivered("Clicked"),
    ),
    Spec(
        "promotion_click_rate",
        "click rate of promotions",
        "Promotions clicked / seen.",
        "share",
        "ratio",
        promotion_clicks,
        (("Promotion Clicked",), ("Promotion Viewed",)),
    ),
    Spec(
        "ad_click_rate",
        "click rate of ads",
        "Ads clicked / seen.",
        "share",
        "ratio",
        ad_clicks,
        (("Ad Clicked",), ("Ad Viewed",)),
    ),
)
