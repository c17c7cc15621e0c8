"""A profile is read from the events of a customer alone."""

from __future__ import annotations

import pyarrow as pa

from periplo.events.model import Event, to_batch
from periplo.events.schema import STORED
from periplo.profiles import Profile, read_profile
from periplo.vocabulary import taxonomy
from support_events import at, event


def profile_of(*events: Event) -> Profile:
    batch = to_batch(events)
    table = pa.Table.from_arrays([pa.array(range(1, len(events) + 1)), *batch.columns], schema=STORED)
    return read_profile(7, name="ana", person=True, identifiers={"user_id": ["ana"]}, events=table, words=taxonomy())


def test_when_and_where_a_customer_was_seen() -> None:
    profile = profile_of(event("1"), event("2", channel="app", minute=5), event("3", minute=9))
    assert (profile.number, profile.name, profile.person) == (7, "ana", True)
    assert (profile.first_seen, profile.last_seen, profile.events) == (at(0), at(9), 3)
    assert profile.channels == {"web": 2, "app": 1}
    assert (profile.orders, profile.revenue_minor, profile.traits) == (0, {}, {})


def test_orders_count_once_and_money_by_currency() -> None:
    profile = profile_of(
        event("1", "Order Completed", order_id="a", revenue_minor=1000, currency="EUR"),
        event("2", "Order Completed", order_id="a", revenue_minor=0, currency="EUR"),
        event("3", "Order Completed", revenue_minor=700, currency="MXN"),
        event("4", "Order Cancelled", order_id="a", revenue_minor=400, currency="EUR"),
        event("5", "Product Added", revenue_minor=99, currency="EUR"),
    )
    assert profile.orders == 2
    assert profile.revenue_minor == {"EUR": 600, "MXN": 700}


def test_the_last_value_told_of_a_trait_holds() -> None:
    profile = profile_of(
        event("1", type="identify", properties='{"city": "Soria", "age": 40, "vip": true}'),
        event("2", properties='{"city": "not a trait"}'),
        event("3", type="identify", properties='{"city": "Cádiz", "age": null, "vip": ""}'),
        event("4", type="identify"),
    )
    assert profile.traits == {"city": "Cádiz", "age": 40, "vip": True}


def test_nobody() -> None:
    profile = profile_of()
    assert (profile.events, profile.first_seen, profile.orders) == (0, None, 0)
