"""A profile is read from the events of a customer alone."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from periplo.events.model import Event, to_batch
from periplo.events.schema import STORED
from periplo.profiles import Profile, Seen, read_profile
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


def test_a_trait_keeps_its_history_with_who_told_it() -> None:
    profile = profile_of(
        event("1", "Customer Identified", type="identify", properties='{"city": "Soria", "first_name": "Ana"}'),
        event("2", "Customer Identified", type="identify", minute=5, source="till", properties='{"city": "Soria"}'),
        event("3", "Customer Identified", type="identify", minute=9, source="till", properties='{"city": "Cádiz"}'),
    )
    assert [(one.value, one.since, one.source) for one in profile.trait_history["city"]] == [
        ("Soria", at(0), "web"),
        ("Cádiz", at(9), "till"),
    ]
    assert profile.full_name == "Ana"


def test_the_newest_word_of_consent_holds_and_each_is_proof() -> None:
    granted = '{"purpose": "marketing", "channel": "email", "state": "granted", "text_version": "v1"}'
    profile = profile_of(
        event("1", "Consent Updated", properties=granted),
        event("2", context='{"consent": {"analytics": true}}', minute=1),
        event("3", context='{"consent": {"analytics": true}}', minute=2),
        event("4", "Unsubscribed", channel="email", minute=3, source="mailer"),
        event("5", "Email Complained", channel="email", minute=4),
    )
    analytics, email = profile.consents
    assert (analytics.purpose, analytics.channel, analytics.state, analytics.since) == (
        "analytics",
        None,
        "granted",
        at(1),
    )
    assert len(analytics.history) == 1, "said again it is the same word"
    assert (email.state, email.since) == ("denied", at(3))
    assert [(one.state, one.event, one.source, one.event_id, one.text_version) for one in email.history] == [
        ("granted", "Consent Updated", "web", "1", "v1"),
        ("denied", "Unsubscribed", "mailer", "4", None),
    ]


def test_a_new_wording_is_a_new_proof_of_the_same_consent() -> None:
    words = [f'{{"purpose": "analytics", "state": "granted", "text_version": "v{n}"}}' for n in (1, 2)]
    (found,) = profile_of(
        *(event(str(n), "Consent Updated", properties=text, minute=n) for n, text in enumerate(words))
    ).consents
    assert (found.since, len(found.history)) == (at(0), 2)


def test_devices_seen_last_come_first() -> None:
    profile = profile_of(
        event("1", anonymous_id="phone", device="mobile"),
        event("2", anonymous_id="laptop", minute=1),
        event("3", anonymous_id="phone", channel="app", minute=2),
    )
    phone, laptop = profile.devices
    assert (phone.anonymous_id, phone.kind, phone.channels, phone.events) == ("phone", "mobile", ["web", "app"], 2)
    assert (phone.first_seen, phone.last_seen) == (at(0), at(2))
    assert (laptop.kind, laptop.events) == (None, 1)


def added(
    event_id: str, product: str, minute: int, pieces: int | None = None, name: str = "Product Added", **more: Any
) -> Event:
    return event(event_id, name, minute=minute, product_id=product, quantity=pieces, **more)


def test_an_open_cart_holds_what_was_put_in_and_not_taken_out() -> None:
    lamp = '{"name": "Lamp", "price": 10.5}'
    (cart,) = profile_of(
        added("1", "lamp", 1, 2, properties=lamp, currency="EUR"),
        added("2", "sofa", 2, properties='{"price": 100}', currency="EUR"),
        added("3", "lamp", 3, 1, "Product Removed"),
        added("4", "chair", 4, properties='{"price": 5}'),
        added("5", "chair", 5, None, "Product Removed"),
    ).carts
    assert [(line.product_id, line.name, line.quantity) for line in cart.lines] == [
        ("sofa", None, 1),
        ("lamp", "Lamp", 1),
    ]
    assert (cart.since, cart.changed, cart.value_minor, cart.currency) == (at(1), at(5), 11050, "EUR")


def test_an_order_takes_its_cart_or_the_one_changed_last() -> None:
    carts = profile_of(
        added("1", "a", 1, cart_id="one"),
        added("2", "b", 2, cart_id="two"),
        added("3", "c", 3, cart_id="three"),
        event("4", "Order Completed", minute=4, cart_id="one"),
        event("5", "Order Completed", minute=5),
    ).carts
    assert [cart.cart_id for cart in carts] == ["two"]


def test_a_cart_that_was_looked_at_is_as_it_was_shown() -> None:
    shown = '{"products": [{"sku": "x", "quantity": 3, "price": "2.00"}, {"id": 7}, "junk", {"quantity": 1}]}'
    (cart,) = profile_of(added("1", "a", 1), event("2", "Cart Viewed", minute=2, properties=shown)).carts
    assert [(line.product_id, line.quantity) for line in cart.lines] == [("x", 3), ("7", 1)]
    assert cart.value_minor is None, "one price is not known"
    assert profile_of(event("2", "Cart Viewed")).carts == []


def test_orders_and_how_far_each_has_come() -> None:
    profile = profile_of(
        event("1", "Order Completed", order_id="a", revenue_minor=1000, currency="EUR", minute=1),
        event("2", "Order Shipped", order_id="a", channel="email", minute=2),
        event("3", "Order Completed", minute=3),
        event("4", "Order Delivered", order_id="a", minute=4),
        event("5", "Order Refunded", order_id="a", revenue_minor=400, currency="EUR", minute=5),
    )
    nameless, known = profile.order_list
    assert (nameless.order_id, nameless.state, nameless.revenue_minor) == (None, "completed", None)
    assert [(step.state, step.at) for step in known.steps] == [
        ("completed", at(1)),
        ("shipped", at(2)),
        ("delivered", at(4)),
        ("partly_refunded", at(5)),
    ]
    assert (known.state, known.revenue_minor, known.refunded_minor, known.channel) == (
        "partly_refunded",
        1000,
        400,
        "web",
    )
    whole = profile_of(
        event("1", "Order Completed", order_id="a", revenue_minor=1000),
        event("2", "Order Refunded", order_id="a", revenue_minor=1000, minute=1),
    )
    assert whole.order_list[0].state == "refunded"


def test_last_contacts_in_both_directions() -> None:
    contacts = profile_of(
        event("1", "Email Sent", channel="email", minute=1),
        event("2", "Email Clicked", channel="email", minute=2),
        event("3", "Email Delivered", channel="email", minute=3),
        event("4", minute=2),
        event("5", "Something of ours", channel="store", minute=9),
        event("6", "Consent Updated", channel="phone", minute=10),
    ).contacts
    assert [one.channel for one in contacts] == ["store", "email", "web"]
    email = contacts[1]
    assert (email.by_customer, email.by_shop) == (Seen(at(2), "Email Clicked"), Seen(at(3), "Email Delivered"))
    assert contacts[2].by_shop is None
