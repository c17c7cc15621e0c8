"""Segment-spec messages as events: SEMANTICS 1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.errors import DataError
from periplo.events import EVENTS, Event, from_batch
from periplo.events.segment import Reading, from_segment, segment_batch
from periplo.events.segment.batch import CHUNK
from periplo.language.catalogue import spanish

READING = Reading(country="ES", currency="EUR")


def event(**message: Any) -> Event:
    plain = {"type": "track", "event": "Order Completed", "messageId": "m", "timestamp": "2024-05-01T10:00:00Z"}
    return from_segment({**plain, **message}, READING)


def test_a_track_call() -> None:
    raw = {
        "type": "track",
        "event": "Completed Order",
        "messageId": "m1",
        "userId": 42,
        "anonymousId": "a-1",
        "originalTimestamp": "2024-05-01T10:00:00.500Z",
        "sentAt": "2024-05-01T10:00:01.500Z",
        "receivedAt": "2024-05-01T12:00:01.500Z",
        "timestamp": "2024-05-01T12:00:00.500Z",
        "context": {
            "page": {"url": "https://shop.es/pay?utm_source=x", "path": "/pay", "title": "Pay", "referrer": None},
            "campaign": {"name": "spring", "source": "google", "medium": "cpc"},
            "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) Mobile/15E148",
            "locale": "es-ES",
            "traits": {"email": "Ana@Example.com", "phone": "600 112 233"},
        },
        "properties": {
            "order_id": "o-1",
            "total": "99.50",
            "currency": "eur",
            "coupon": "HOLA",
            "gift": True,
            "products": [{"product_id": 7, "price": 10, "quantity": 2}, {"product_id": 8, "price": 5.5}],
        },
    }
    made = from_segment(raw, READING)
    assert made == Event(
        source="segment",
        event_id="m1",
        type="track",
        event="Order Completed",
        original_name="Completed Order",
        channel="ads",
        occurred_at=datetime(2024, 5, 1, 12, 0, 0, 500000, UTC),
        original_at=datetime(2024, 5, 1, 10, 0, 0, 500000, UTC),
        sent_at=datetime(2024, 5, 1, 10, 0, 1, 500000, UTC),
        received_at=datetime(2024, 5, 1, 12, 0, 1, 500000, UTC),
        user_id="42",
        email="ana@example.com",
        phone="+34600112233",
        anonymous_id="a-1",
        order_id="o-1",
        revenue_minor=9950,
        currency="EUR",
        quantity=2,
        coupon="HOLA",
        page="/pay",
        title="Pay",
        campaign="spring",
        medium="cpc",
        utm_source="google",
        device="mobile",
        country="ES",
        properties=made.properties,
        context=made.context,
    )
    assert json.loads(made.properties or "") == raw["properties"]
    assert json.loads(made.context or "") == raw["context"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("page", "Page Viewed"),
        ("screen", "Screen Viewed"),
        ("identify", "Customer Identified"),
        ("group", "Customer Grouped"),
        ("alias", "Customer Aliased"),
    ],
)
def test_other_calls_become_events(call: str, name: str) -> None:
    made = event(type=call, event=None, userId="u")
    assert (made.type, made.event, made.original_name, made.user_id) == (call, name, None, "u")


def test_page_and_screen() -> None:
    page = event(type="page", name="Home", properties={"url": "https://shop.es/a?gclid=1", "referrer": "https://t.co"})
    assert (page.page, page.title, page.referrer, page.channel) == ("/a", "Home", "https://t.co", "ads")
    screen = event(type="screen", name="Cart")
    assert (screen.page, screen.title, screen.channel) == ("Cart", "Cart", "app")


def test_campaign_is_read_from_the_address_where_the_context_has_none() -> None:
    made = event(context={"page": {"url": "https://s.es/?utm_source=news%20letter&utm_medium=email&utm_campaign=may"}})
    assert (made.utm_source, made.medium, made.campaign, made.channel) == ("news letter", "email", "may", "email")


def test_identify_and_alias_say_who() -> None:
    made = event(type="identify", userId="u", traits={"email": "A@b.es", "loyalty_card": "L1", "age": 30})
    assert (made.user_id, made.email, made.loyalty_card) == ("u", "a@b.es", "L1")
    assert json.loads(made.properties or "")["age"] == 30
    alias = event(type="alias", userId="u", previousId="anon-1")
    assert (alias.user_id, alias.anonymous_id, json.loads(alias.properties or "")) == (
        "u",
        "anon-1",
        {"previousId": "anon-1"},
    )


def test_nulls_and_placeholders_are_absent() -> None:
    made = event(userId="null", anonymousId=None, properties={"coupon": None, "category": ""}, context=None)
    assert (made.user_id, made.anonymous_id, made.coupon, made.category, made.context) == (None,) * 5
    assert event(properties={}).properties is None


@pytest.mark.parametrize(
    ("name", "properties", "minor", "currency"),
    [
        ("Order Completed", {"revenue": 10.5, "total": 12}, 1050, "EUR"),
        ("Order Completed", {"total": 12, "currency": "JPY"}, 12, "JPY"),
        ("purchase", {"value": 12.5, "transaction_id": "t"}, 1250, "EUR"),
        ("Order Completed", {"products": [{"price": 1.5, "quantity": 2}, {"price": "3"}]}, 600, "EUR"),
        ("Order Completed", {"products": [{"price": 1.5}, {"name": "no price"}]}, None, None),
        ("Order Completed", {"revenue": 0}, 0, "EUR"),
        ("Order Completed", {"revenue": ""}, None, None),
        ("Order Refunded", {"total": -8}, 800, "EUR"),
        ("Product Viewed", {"value": 10, "price": 10}, None, None),
        ("Checkout Started", {"revenue": 10}, 1000, "EUR"),
        ("Product Viewed", {"price": 10, "currency": "USD"}, None, "USD"),
    ],
)
def test_money(name: str, properties: dict[str, Any], minor: int | None, currency: str | None) -> None:
    made = event(event=name, properties=properties)
    assert (made.revenue_minor, made.currency) == (minor, currency)


def test_a_basket_of_one_product_tells_the_product() -> None:
    made = event(properties={"products": [{"sku": "s1", "category": "hats", "quantity": "3", "price": 1}]})
    assert (made.product_id, made.category, made.quantity, made.revenue_minor) == ("s1", "hats", 3, 300)
    ga4 = event(event="view_item", properties={"items": [{"item_id": "i", "item_category": "c"}]})
    assert (ga4.product_id, ga4.category) == ("i", "c")


@pytest.mark.parametrize(
    ("context", "device"),
    [
        ({"device": {"type": "ios"}}, "mobile"),
        ({"device": {"type": "ios", "model": "iPad7,3"}}, "tablet"),
        ({"device": {"category": "desktop"}}, "desktop"),
        ({"userAgent": "Mozilla/5.0 (Linux; Android 13; SM-X700) Safari/537"}, "tablet"),
        ({"userAgent": "Mozilla/5.0 (Linux; Android 13; Pixel) Mobile Safari/537"}, "mobile"),
        ({"userAgent": "Mozilla/5.0 (Windows NT 10.0)"}, "desktop"),
        ({}, None),
    ],
)
def test_devices(context: dict[str, Any], device: str | None) -> None:
    assert event(context=context).device == device


def test_countries() -> None:
    assert event(properties={"country": "pt"}, context={"locale": "es-ES"}).country == "PT"
    assert event(context={"location": {"country": "France"}}).country == "France"
    assert event(context={"locale": "zh-Hant-TW"}).country == "TW"
    assert event(context={"locale": "es"}).country is None


def test_clocks() -> None:
    skewed = {"originalTimestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:10Z"}
    live = Reading(received_at=datetime(2024, 5, 1, 12, tzinfo=UTC))
    message = {"type": "track", "event": "A", "messageId": "1"}
    made = from_segment({**message, **skewed}, live)
    assert made.occurred_at == datetime(2024, 5, 1, 11, 59, 50, tzinfo=UTC)
    assert from_segment(message, live).occurred_at == live.received_at
    # A stored message: its timestamp was repaired by whoever received it
    stored = {
        "timestamp": "2024-05-01T10:00:00Z",
        "sentAt": "2020-01-01T00:00:00Z",
        "receivedAt": "2024-05-01T10:00:01Z",
    }
    assert from_segment({**message, **stored}).occurred_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    # Somebody gave the time, and the client noted beside it when it was told
    told = {"timestamp": "2024-04-01T10:00:00Z", "originalTimestamp": "2024-05-01T10:00:00Z"}
    given = from_segment({**message, **told, "sentAt": "2024-05-01T10:00:01Z"}, live)
    assert given.original_at == datetime(2024, 4, 1, 10, tzinfo=UTC)
    future = from_segment({**message, "timestamp": "2099-01-01T00:00:00Z"}, Reading(now=live.received_at))
    assert (future.occurred_at, future.clock_flag) == (live.received_at, "future")


@pytest.mark.parametrize(
    "written",
    [
        *("2024-05-01T10:00:00Z", "2024-05-01 12:00:00+02:00", "2024-05-01T10:00:00"),
        *("2024-05-01T10:00:00.000000+0000", 1714557600, 1714557600000),
    ],
)
def test_times_as_people_write_them(written: Any) -> None:
    assert event(timestamp=written).occurred_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_a_message_without_id_gets_one_from_what_it_says() -> None:
    first, again, other = (event(messageId=None, userId=user) for user in ("a", "a", "b"))
    assert first.event_id == again.event_id != other.event_id


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"type": "trak"}, "type", "“trak” is no kind of call; known: track, page, screen, identify, group, alias."),
        ({"type": None}, "type", "“None” is no kind of call"),
        ({"event": ""}, "event", "A track call needs the name of its event."),
        ({"timestamp": None}, "timestamp", "This message does not say when it happened."),
        ({"timestamp": "soon"}, "timestamp", "“soon” is not a time such as"),
        ({"sentAt": "2024-13-01T00:00:00Z"}, "sentAt", "“2024-13-01T00:00:00Z” is not a time"),
        ({"properties": {"revenue": "ten"}}, "revenue", "“ten” is not an amount of money."),
        ({"properties": {"revenue": -3}}, "revenue", "The revenue -3 is negative."),
        ({"properties": {"revenue": 3, "currency": "euros"}}, "currency", "“euros” is not an ISO 4217 currency."),
    ],
)
def test_what_cannot_be_an_event_is_refused_with_its_reason(change: dict[str, Any], field: str, said: str) -> None:
    plain = {"type": "track", "event": "Order Completed", "timestamp": "2024-05-01T10:00:00Z"}
    good = json.dumps(plain).encode()
    batch = segment_batch([good, json.dumps({**plain, **change}).encode(), good], READING)
    assert batch.rows.tolist() == [0, 2]
    assert batch.events.num_rows == 2
    (reject,) = batch.rejects
    assert (reject.row, reject.field) == (1, field)
    assert said in reject.reason.format(**reject.values)
    assert reject.reason in spanish()
    with pytest.raises(DataError):
        from_segment({**plain, **change}, READING)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b'"x"', b"null", b'{"type": "track"', b"\xff\xfe"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    batch = segment_batch([raw])
    assert [(reject.row, reject.field) for reject in batch.rejects] == [(0, "")]
    assert batch.events.schema == EVENTS


def test_odd_parts_do_not_lose_the_message() -> None:
    made = event(properties=["x"], context={"page": "home", "traits": {"address": "Main st", "email": "a@b.es"}})
    assert made.email == "a@b.es"
    assert json.loads(made.properties or "") == {"properties": ["x"]}
    both = event(properties={"coupon": "C"}, traits={"email": "a@b.es"})
    assert (both.coupon, both.email) == ("C", "a@b.es")


PARTS = ("url", "name", "email", "quantity", "revenue", "currency", "products", "price", "page", "traits", "device")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(PARTS), inner),
    max_leaves=4,
)
KEYS = ("type", "event", "messageId", "userId", "timestamp", "sentAt", "properties", "traits", "context", "previousId")


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), anything, max_size=6), max_size=5))
def test_whatever_is_sent_becomes_an_event_or_a_reject(messages: list[dict[str, Any]]) -> None:
    raw = [json.dumps(message).encode() for message in messages]
    batch = segment_batch(raw, READING)
    rows = [*batch.rows.tolist(), *(reject.row for reject in batch.rejects)]
    assert sorted(rows) == list(range(len(raw)))
    batch.events.validate(full=True)


def test_batches_longer_than_a_chunk_keep_their_order() -> None:
    raw = [
        b'{"type":"track","event":"A","timestamp":"2024-05-01T10:00:00Z","messageId":"%d"}' % number
        for number in range(CHUNK + 3)
    ]
    raw[CHUNK + 1] = b"{"
    batch = segment_batch(raw)
    assert batch.rows.tolist() == [*range(CHUNK + 1), CHUNK + 2]
    assert batch.events["event_id"].to_pylist() == [str(row) for row in batch.rows]
    assert [reject.row for reject in batch.rejects] == [CHUNK + 1]
    assert len(from_batch(batch.events.slice(0, 2))) == 2


def test_the_ticket_of_a_question_is_kept_under_any_of_its_names() -> None:
    plain = {"type": "track", "event": "Ticket Opened", "timestamp": "2024-05-01T10:00:00Z"}
    said = [{"ticket_id": "T1"}, {"conversationId": 7}, {"case_id": "C-1"}, {}]
    batch = segment_batch([json.dumps({**plain, "properties": one}).encode() for one in said], READING)
    assert batch.events["ticket_id"].to_pylist() == ["T1", "7", "C-1", None]


@pytest.mark.parametrize("bad", [b'{"unread": "\xff"}', b'{"unread": 1e999}', b'{"unread": [1,]}'])
def test_what_is_not_read_of_a_message_must_be_json_too(bad: bytes) -> None:
    plain = b'{"type": "track", "event": "A", "timestamp": "2024-05-01T10:00:00Z", "properties": %s}'
    batch = segment_batch([plain % bad, plain % b'{"unread": "hex1e999"}'], READING)
    assert (batch.rows.tolist(), [reject.row for reject in batch.rejects]) == ([1], [0])
    assert "This is not a JSON object" in batch.rejects[0].reason


def test_texts_where_objects_are_expected_say_nothing_and_are_kept() -> None:
    context = {"page": "home", "campaign": None, "device": 3, "locale": "es-ES", "library": {"name": "analytics.js"}}
    message = {"type": "track", "event": "A", "timestamp": "2024-05-01T10:00:00Z", "context": context}
    event = from_segment({**message, "properties": {"address": "Soria", "country": "es"}}, READING)
    assert (event.country, event.channel, event.page) == ("ES", "web", None)
    assert json.loads(event.context or "") == context
