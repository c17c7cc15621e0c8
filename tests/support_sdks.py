"""What every SDK's journey must have become in the shop."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import Any

from periplo.workspace import Shop
from sdks import Sdk, Step
from support_collect import events
from unreliable import Way

NAMES = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Customer Identified",
    "group": "Customer Grouped",
    "alias": "Customer Aliased",
    "Viewed Product": "Product Viewed",
    "add_to_cart": "Product Added",
}

Event = dict[str, Any]


def arrived_once(shop: Shop, sdk: Sdk, steps: list[Step], through: Way) -> list[Event]:
    """The steps are what the shop knows of the source, and of the one customer: in order, when the client said.

    The customer's events, one for each step.
    """
    person = f"{sdk.name}-Zoë"
    customer = shop.timeline(shop.customer_number(person)).to_pylist()
    customer.sort(key=itemgetter("occurred_at" if sdk.waits else "original_at"))
    names = [step.get("event") or step["call"] for step in steps]
    assert [event["event"] for event in customer] == [NAMES.get(name, name) for name in names]
    sent = [event["event_id"] for event in events(shop) if event["source"] == sdk.name]
    assert sorted(sent) == sorted(through.recorded) == sorted(event["event_id"] for event in customer)
    for event, step in zip(customer, steps, strict=True):
        assert event["original_at"] == through.recorded[event["event_id"]]
        assert event["occurred_at"] - event["original_at"] == event["received_at"] - event["sent_at"]
        # Segment's SDK for pages says who it is when it sends, not when it was noted
        assert event["user_id"] == person if "userId" in step else event["user_id"] in (None, person)
        assert event["user_id"] or event["anonymous_id"] == step["anonymousId"]
        assert step["call"] != "page" or event["page"] == step["properties"].get("path", event["page"])
        for name, value in step.get("properties", {}).items():
            assert name == "url" or json.loads(event["properties"])[name] == value
    order = customer[names.index("Order Completed")]
    assert (order["revenue_minor"], order["currency"], order["quantity"]) == (5997, "EUR", 3)
    assert (order["order_id"], order["product_id"]) == (f"{sdk.name}-1", "p1")
    assert customer[names.index("Products Searched")]["query"] == 'taza 漢字 \u202e🫖 "é"'
    assert customer[names.index("identify")]["email"] == f"{sdk.name}@shop.example".casefold()
    assert shop.quarantine.list(file=sdk.name) == []
    return customer
