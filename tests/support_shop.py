"""Shops for tests: small files of Segment messages, and what a shop holds in a form that can be compared."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from periplo.events.schema import EVENTS
from periplo.workspace import Shop
from support_events import START

NAMES = ("Page Viewed", "Product Viewed", "Product Added", "Checkout Started")


def message(number: int, **changes: Any) -> dict[str, Any]:
    """A Segment message, a minute after the one before it."""
    usual = {
        "type": "track",
        "messageId": f"m{number}",
        "anonymousId": f"a{number % 7}",
        "event": "Product Viewed",
        "timestamp": (START + timedelta(minutes=number)).isoformat(),
        "properties": {"product_id": f"p{number % 5}", "color": "red"},
    }
    return usual | changes


def write_messages(file: Path, messages: Iterable[dict[str, Any] | str]) -> Path:
    """One JSON object a line; a text stands as it is."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in messages)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


def messy_messages(seed: int, count: int) -> list[dict[str, Any] | str]:
    """Visits of people who sign in now and then, orders, repeated messages, and lines that cannot be read."""
    chance = random.Random(seed)
    found: list[dict[str, Any] | str] = []
    for number in range(count):
        visitor, person = chance.randrange(count // 8), chance.randrange(count // 12)
        made = message(number, anonymousId=f"a{visitor}", event=chance.choice(NAMES))
        if chance.random() < 0.3:
            made |= {"userId": f"u{person}", "context": {"traits": {"email": f"u{person}@shop.example"}}}
        if chance.random() < 0.1:
            made |= {
                "event": "Order Completed",
                "properties": {"order_id": f"o{number}", "revenue": 12.5, "currency": "EUR"},
            }
        found.append(made)
        if chance.random() < 0.03:
            found.append(made)
        if chance.random() < 0.02:
            found.append('{"type": "track", "messageId": "torn')
    return found


def contents(shop: Shop) -> dict[str, Any]:
    """All that a shop knows, without what differs from run to run: import ids, moments of receipt, empty places."""
    columns = shop.journeys().columns
    stored = shop._stores.events(["source", "event_id", *EVENTS.names[2:]], 0, 1 << 62).read_all().sort_by("seq")
    keys = [
        f"{source}/{id_}" for source, id_ in zip(*(stored[c].to_pylist() for c in ("source", "event_id")), strict=True)
    ]
    return {
        "keys": keys,
        "events": stored["event"].to_pylist(),
        "customers": shop._stores.identity.customers_of(stored).tolist(),
        "journeys": (columns.offsets.tolist(), columns.time_us.tolist(), columns.customer.tolist()),
        "totals": msgspec.to_builtins(shop._stores.identity.totals()),
        "suggestions": [(one.stronger, one.weaker, one.why) for one in shop._stores.identity.suggestions()],
        "quarantine": [(row.reject_id, row.line, row.raw) for row in shop.quarantine.list(limit=10_000)],
    }
