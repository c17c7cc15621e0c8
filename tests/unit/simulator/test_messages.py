"""The file looks like a real Segment export."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

import msgspec
import pytest
import zstandard

from periplo.simulator.kinds import CLICK, NAMINGS, NO_STAGE, ORDER, PURCHASE, Kind
from periplo.vocabulary import taxonomy


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What the Segment spec asks of a message; an id of the user or of the device must be there."""

    type: Literal["track", "page", "screen", "identify"]
    message_id: str
    received_at: datetime
    context: dict[str, Any]
    anonymous_id: str | None = None
    user_id: str | None = None
    event: str | None = None
    name: str | None = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


@pytest.fixture(scope="module")
def messages(simulated) -> list[Message]:
    decode = msgspec.json.Decoder(Message).decode
    with zstandard.open(simulated.folder / "events.jsonl.zst", "rb") as lines:
        return [decode(line) for line in lines.read().splitlines()]


def test_every_message_has_the_shape_of_the_segment_spec(messages: list[Message]) -> None:
    for message in messages:
        assert message.anonymous_id or message.user_id
        assert (message.event is not None) == (message.type == "track")
        assert (message.name is not None) == (message.type in ("page", "screen"))
        assert (message.traits is not None) == (message.type == "identify")
        assert (message.properties is not None) == (message.type != "identify")
        by_device = message.original_timestamp is not None
        assert by_device == (message.sent_at is not None) == (message.timestamp is None)
        assert message.context["library"]["name"]


def test_messages_lie_in_the_order_of_their_arrival(messages: list[Message]) -> None:
    assert all(one.received_at <= next.received_at for one, next in pairwise(messages))


def test_some_messages_come_twice_and_say_the_same(messages: list[Message], simulated) -> None:
    same: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        same[message.message_id].append(message)
    twice = [copies for copies in same.values() if len(copies) > 1]
    assert len(twice) == simulated.report.duplicates > 0
    assert len(same) == simulated.report.events
    for first, second in twice:
        assert first.received_at < second.received_at
        assert first.original_timestamp == second.original_timestamp
        assert (first.event, first.properties) == (second.event, second.properties)


def test_some_clocks_are_wrong_and_can_be_repaired(messages: list[Message], simulated) -> None:
    stamped = [m for m in messages if m.original_timestamp and m.sent_at]
    wrong = [m for m in stamped if abs(m.sent_at - m.received_at) > timedelta(hours=1)]
    assert 0.01 < len(wrong) / len(stamped) < 0.06
    until = datetime.fromisoformat(simulated.truth["until"])
    since = datetime.fromisoformat(simulated.truth["since"])
    for m in stamped:
        at = m.received_at - (m.sent_at - m.original_timestamp)
        assert since <= at < until + timedelta(hours=6)


def test_some_names_are_those_of_ga4_and_ecommerce_v1(messages: list[Message]) -> None:
    names = {message.event for message in messages}
    assert names >= {"view_item", "add_to_cart", "Viewed Product", "Added Product", "Product Viewed"}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.call == "track"], ids=lambda kind: kind.title)
def test_the_vocabulary_knows_every_name_and_agrees_on_its_stage(kind: Kind) -> None:
    words = taxonomy()
    for naming in range(len(NAMINGS)):
        assert words.canonical(kind.named(naming))[0] == kind.title
    by_name_alone = {CLICK: NO_STAGE, ORDER: PURCHASE}.get(kind.stage, kind.stage)
    assert words.events[kind.title].stage == (NO_STAGE if kind == Kind.RECOMMENDED else by_name_alone)


def test_till_receipts_without_card_name_nobody(messages: list[Message]) -> None:
    till = [m for m in messages if m.context["library"]["name"] == "pos-connector" and m.event == "Order Completed"]
    nobody = [m for m in till if "traits" not in m.context]
    assert 0.1 < len(nobody) / len(till) < 0.9
    assert all(m.anonymous_id == "anonymous" and m.user_id is None for m in nobody)
    assert all(m.properties and m.properties["order_id"].startswith("T-") for m in nobody)


def test_orders_add_up(messages: list[Message]) -> None:
    for message in messages:
        if message.event in ("Order Completed", "Completed Order", "purchase"):
            said = message.properties or {}
            goods = sum(round(line["price"] * 100) * line["quantity"] for line in said["products"])
            revenue = round(said["revenue"] * 100)
            assert goods == revenue + round(said.get("discount", 0) * 100)
            assert round(said["total"] * 100) == revenue + round(said.get("shipping", 0) * 100)
            assert revenue > 0
