"""Each SDK, unmodified but for its host, sends a journey: it arrives whole, once, with right times and identities."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from periplo.workspace import Shop
from sdks import SDKS, Sdk, Step, journey, played
from serving import Served
from support_collect import events
from unreliable import Fault, Way, way

AGAIN = [sdk._replace(name=f"{sdk.name}-again") for sdk in SDKS if sdk.retries]
FAULTS: tuple[Fault, ...] = ("503", "429", "cut")
SEEN = ("/regalos", 'taza 漢字 \u202e🫖 "é"')
NAMES = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Customer Identified",
    "group": "Customer Grouped",
    "alias": "Customer Aliased",
    "Viewed Product": "Product Viewed",
    "add_to_cart": "Product Added",
}


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_a_journey_arrives(sdk: Sdk, shop: Shop, server: Served) -> None:
    key, steps = shop.sources.add(sdk.name).write_key, journey(sdk)
    with way(server.port) as through:
        spans = played(sdk, steps, through.address, key)
    assert {status for _, status in through.answers} == {200}, through.answers
    arrived_once(shop, sdk, steps, through)
    for event, step, (began, ended) in zip(customer_of(shop, sdk), steps, spans, strict=True):
        assert "timestamp" in step or began <= event["original_at"] <= ended
        assert "timestamp" not in step or event["original_at"] == datetime.fromisoformat(step["timestamp"])
        assert event["received_at"] - event["sent_at"] < timedelta(seconds=5)


@pytest.fixture(scope="session")
def sent_again(shop: Shop, server: Served) -> dict[str, tuple[list[Step], Way]]:
    """By SDK, what it sent on a way that failed three times for each batch; all at once, for they mostly wait."""

    def send(sdk: Sdk) -> tuple[list[Step], Way]:
        steps, key = journey(sdk), shop.sources.add(sdk.name).write_key
        with way(server.port, FAULTS) as through:
            played(sdk, steps, through.address, key)
        return steps, through

    with ThreadPoolExecutor() as pool:
        found = pool.map(send, AGAIN)
        return {sdk.name: one for sdk, one in zip(AGAIN, found, strict=True)}


@pytest.mark.parametrize("sdk", AGAIN, ids=lambda sdk: sdk.name)
def test_what_was_refused_or_not_answered_comes_again_and_counts_once(
    sdk: Sdk, shop: Shop, sent_again: dict[str, tuple[list[Step], Way]]
) -> None:
    steps, through = sent_again[sdk.name]
    assert {*through.happened} == {*FAULTS}
    arrived_once(shop, sdk, steps, through)


def arrived_once(shop: Shop, sdk: Sdk, steps: list[Step], through: Way) -> None:
    """The steps are what the shop knows of the source, and of the one customer: in order, when the client said."""
    customer = customer_of(shop, sdk)
    names = [step.get("event") or step["call"] for step in steps]
    assert [event["event"] for event in customer] == [NAMES.get(name, name) for name in names]
    sent = [event["event_id"] for event in events(shop) if event["source"] == sdk.name]
    assert sorted(sent) == sorted(through.recorded) == sorted(event["event_id"] for event in customer)
    for event, step in zip(customer, steps, strict=True):
        assert event["original_at"] == through.recorded[event["event_id"]]
        assert event["occurred_at"] - event["original_at"] == event["received_at"] - event["sent_at"]
        assert (event["user_id"] or step.get("userId")) == step.get("userId")
        for name, value in step.get("properties", {}).items():
            assert name == "url" or json.loads(event["properties"])[name] == value
    order = customer[names.index("Order Completed")]
    assert (order["revenue_minor"], order["currency"], order["quantity"]) == (5997, "EUR", 3)
    assert (order["order_id"], order["product_id"]) == (f"{sdk.name}-1", "p1")
    assert (customer[names.index("page")]["page"], customer[names.index("Products Searched")]["query"]) == SEEN
    assert customer[names.index("identify")]["email"] == f"{sdk.name}@shop.example".casefold()
    assert shop.quarantine.count() == 0


def customer_of(shop: Shop, sdk: Sdk) -> list[dict[str, Any]]:
    return shop.timeline(shop.customer_number(f"{sdk.name}-Zoë")).to_pylist()  # type: ignore[no-any-return]
