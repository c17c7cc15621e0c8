"""The columns of an event, the same in every place events lie: batches, log, lake and notebooks.

Every event keeps its raw identifiers for ever; who the customer is, is a mapping kept elsewhere (identity).
"""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")

IDENTIFIERS = ("user_id", "loyalty_card", "email", "phone", "anonymous_id")
"""Identifier columns, strongest first. ``order_id`` alone makes one anonymous customer of that order."""

_TEXT = pa.string()

EVENT_FIELDS: dict[str, pa.DataType] = {
    "source": _TEXT,  # the system that sent it
    "event_id": _TEXT,  # unique within its source; the key that makes a second import add nothing
    "type": _TEXT,  # track, page, screen, identify, group, alias
    "event": _TEXT,  # canonical name
    "original_name": _TEXT,  # the name as it was sent, where it differs
    "channel": _TEXT,
    "occurred_at": INSTANT,  # repaired time; the one all analyses use
    "original_at": INSTANT,
    "sent_at": INSTANT,
    "received_at": INSTANT,
    "clock_flag": _TEXT,  # why occurred_at is not the sender's: "future", "ancient", "undated"; null when it is
    **dict.fromkeys(IDENTIFIERS, _TEXT),
    "order_id": _TEXT,
    "cart_id": _TEXT,
    "ticket_id": _TEXT,  # of the question or complaint it belongs to
    "revenue_minor": pa.int64(),  # of the order, or the amount given back; minor units of ``currency``
    "currency": _TEXT,  # ISO 4217
    "product_id": _TEXT,
    "category": _TEXT,
    "quantity": pa.int64(),
    "coupon": _TEXT,
    "query": _TEXT,  # what was searched
    "page": _TEXT,  # path or screen name
    "title": _TEXT,
    "referrer": _TEXT,
    "campaign": _TEXT,
    "medium": _TEXT,
    "utm_source": _TEXT,
    "device": _TEXT,  # mobile, desktop, tablet, ...
    "country": _TEXT,
    "properties": _TEXT,  # everything else that was sent, a JSON object
    "context": _TEXT,  # the rest of the context, a JSON object
}

EVENTS = pa.schema([pa.field(name, kind) for name, kind in EVENT_FIELDS.items()])
"""Schema of a batch of events before it is committed."""

STORED = pa.schema([pa.field("seq", pa.int64(), nullable=False), *EVENTS])
"""Schema of the archive: an event with its place in the one sequence of the shop."""
