"""Who is who: joining, limits, values that are none, shared devices, orders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from periplo.identity import Identity, Suggestion
from support_identity import Row, events, sets

Feed = Callable[..., list[int]]


def test_a_visitor_who_signs_in_is_one_customer_from_the_first_visit(identity: Identity, feed: Feed) -> None:
    feed({"anonymous_id": "a1"})
    feed({"anonymous_id": "a1", "user_id": "u1"})
    assert len(set(identity.customers_of(events([{"anonymous_id": "a1"}, {"user_id": "u1"}])))) == 1


def test_events_of_nobody_have_no_customer(feed: Feed) -> None:
    assert feed({}, {"anonymous_id": "a1"}) == [0, 1]


def test_identifiers_are_compared_in_their_normal_form(feed: Feed) -> None:
    first, second, third = feed(
        {"email": " Ana@Example.com "},
        {"email": "ana@example.com", "phone": "600 111 222"},
        {"phone": "+34600111222"},
    )
    assert first == second == third


def test_what_is_never_an_identifier_joins_nobody(feed: Feed) -> None:
    customers = feed(
        {"user_id": "guest", "anonymous_id": "a1"},
        {"user_id": "Guest", "anonymous_id": "a2"},
        {"user_id": "null"},
        {"email": "not an address"},
    )
    assert customers == [1, 2, 0, 0]


def test_two_customers_who_each_have_a_user_id_never_merge(identity: Identity, feed: Feed) -> None:
    one, other, both, later = feed(
        {"user_id": "u1", "email": "e1@x.es"},
        {"user_id": "u2", "email": "e2@x.es"},
        {"user_id": "u2", "email": "e1@x.es"},
        {"email": "e1@x.es"},
    )
    assert (one != other, both, later) == (True, other, one)
    assert identity.suggestions() == [
        Suggestion(("user_id", "u2"), ("email", "e1@x.es"), 3, "web", "Page Viewed", "limit:user_id")
    ]


def test_a_limit_leaves_out_the_weaker_identifier_and_keeps_the_rest(identity: Identity, feed: Feed) -> None:
    feed(*({"user_id": "u1", "email": f"e{n}@x.es"} for n in range(5)))
    sixth, device = feed({"user_id": "u1", "email": "e5@x.es", "anonymous_id": "a1"}, {"anonymous_id": "a1"})
    assert sixth == device == 1
    assert identity.customers_of(events([{"email": "e5@x.es"}])) != 1
    assert [one.why for one in identity.suggestions()] == ["limit:email"]


def test_a_shared_device_joins_nobody_and_never_did(identity: Identity, feed: Feed) -> None:
    """A shop's tablet: who signed in first must not own what everybody does there."""
    first, *_ = feed({"user_id": "u0", "anonymous_id": "tablet"}, {"email": "guest@x.es", "anonymous_id": "tablet"})
    assert identity.customers_of(events([{"email": "guest@x.es"}])) == first
    feed({"user_id": "u1", "anonymous_id": "tablet"}, {"user_id": "u2", "anonymous_id": "tablet"})
    found = identity.customers_of(
        events(
            [
                {"user_id": "u0"},
                {"user_id": "u1"},
                {"user_id": "u2"},
                {"anonymous_id": "tablet"},
                {"email": "guest@x.es"},
            ]
        )
    )
    assert len(set(found.tolist())) == 5
    assert feed({"email": "late@x.es", "anonymous_id": "tablet"}) != feed({"anonymous_id": "tablet"})
    assert identity.suggestions() == []


def test_a_phone_of_two_stays_with_the_first(identity: Identity, feed: Feed) -> None:
    """A family phone, below the number that makes a device shared."""
    feed({"user_id": "ana", "anonymous_id": "phone"}, {"user_id": "leo", "anonymous_id": "phone"})
    ana, leo, phone = identity.customers_of(events([{"user_id": "ana"}, {"user_id": "leo"}, {"anonymous_id": "phone"}]))
    assert (ana == phone, leo != phone) == (True, True)
    assert [one.why for one in identity.suggestions()] == ["limit:user_id"]


def test_an_order_alone_is_an_anonymous_customer_of_that_order(identity: Identity, feed: Feed) -> None:
    order, again, person = feed({"order": "1@web"}, {"order": "1@web"}, {"user_id": "u1"})
    assert order == again
    assert identity.persons(np.array([order, person])).tolist() == [False, True]
    totals = identity.totals()
    assert (totals.persons, totals.anonymous) == (1, 1)


def test_an_order_belongs_to_the_first_known_customer_who_names_it(identity: Identity, feed: Feed) -> None:
    feed({"order": "1@web"}, {"user_id": "u1", "order": "1@web"}, {"email": "gift@x.es", "order": "1@web"})
    buyer, receiver, order = identity.customers_of(
        events([{"user_id": "u1"}, {"email": "gift@x.es"}, {"order": "1@web"}])
    )
    assert buyer == order != receiver
    assert identity.persons(np.array([order])).all()
    assert [one.why for one in identity.suggestions()] == ["order"]


def test_an_order_tells_who_the_visitor_was(identity: Identity, feed: Feed) -> None:
    feed({"anonymous_id": "a1", "order": "1@web"}, {"email": "ana@x.es", "order": "1@web"})
    visitor, mail = identity.customers_of(events([{"anonymous_id": "a1"}, {"email": "ana@x.es"}]))
    assert visitor == mail


def test_orders_of_two_systems_may_have_equal_numbers(feed: Feed) -> None:
    feed({"user_id": "u1", "order": "1@web"}, {"user_id": "u2", "order": "1@till"})
    assert feed({"order": "1@web"}) == [1]


def test_a_customer_keeps_the_oldest_number_and_old_numbers_lead_to_it(identity: Identity, feed: Feed) -> None:
    cookie, account = feed({"anonymous_id": "a1"}, {"user_id": "u1"})
    feed({"user_id": "u1", "anonymous_id": "a1"})
    assert identity.current(np.array([cookie, account])).tolist() == [cookie, cookie]


def test_names_are_the_strongest_identifiers(identity: Identity, feed: Feed) -> None:
    feed(
        {"anonymous_id": "a1"},
        {"anonymous_id": "a1", "email": "e@x.es"},
        {"user_id": "u2", "email": "f@x.es"},
        {"order": "77@web"},
    )
    customers = identity.customers_of(events([{"anonymous_id": "a1"}, {"user_id": "u2"}, {"order": "77@web"}]))
    assert identity.names(np.append(customers, 999)) == ["e@x.es", "u2", "77", ""]
    assert [identity.number_of(name) for name in ("E@x.es", "u2", "77", "nobody")] == [*customers, None]
    assert identity.identifiers(int(customers[0])) == {"email": ["e@x.es"], "anonymous_id": ["a1"]}
    assert identity.identifiers(int(customers[2])) == {"order": ["77"]}


def test_an_alias_joins_what_the_account_was_before(identity: Identity) -> None:
    follow_alias(identity, [{"anonymous_id": "old"}, {"user_id": "new", "anonymous_id": "old"}])
    assert identity.number_of("old") == identity.number_of("new") == 1
    assert identity.suggestions() == []


def test_an_alias_of_two_accounts_is_a_suggestion(identity: Identity) -> None:
    follow_alias(identity, [{"user_id": "old"}, {"user_id": "new", "anonymous_id": "old"}])
    assert identity.number_of("user_id:old") != identity.number_of("new")
    (found,) = identity.suggestions()
    assert (found.stronger, found.weaker, found.why) == (("user_id", "new"), ("user_id", "old"), "limit:user_id")


def test_an_alias_does_not_know_later_accounts(identity: Identity) -> None:
    follow_alias(identity, [{"user_id": "new", "anonymous_id": "old"}])
    identity.follow(2, lambda *_: [sets([{"user_id": "old"}], 2)])
    assert identity.suggestions() == []


def test_an_alias_of_two_visitors_joins_them_and_can_be_undone(identity: Identity) -> None:
    rows: list[Row] = [{"anonymous_id": "desk"}, {"anonymous_id": "phone", "previous_id": "desk"}]
    follow_alias(identity, rows)
    assert identity.number_of("desk") == identity.number_of("phone") == 1
    (link,) = identity.explain(("anonymous_id", "desk"), ("anonymous_id", "phone"))
    assert link.event == "Customer Aliased"
    identity.follow(3, lambda *_: [sets([{"anonymous_id": "phone", "email": "ana@x.es"}], 3)])
    assert identity.number_of("ana@x.es") == 1


def follow_alias(identity: Identity, rows: list[Row]) -> None:
    """The last of these is an alias."""
    table = sets(rows)
    names = ["Page Viewed"] * (len(rows) - 1) + ["Customer Aliased"]
    place = table.schema.get_field_index("event")
    table = table.set_column(place, table.schema.field(place), pa.array(names, pa.string()))
    identity.follow(len(rows), lambda *_: [table])
