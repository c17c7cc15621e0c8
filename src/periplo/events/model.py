"""One event as a struct, and many as a batch of columns. ``schema.py`` says what each field means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

import msgspec
import pyarrow as pa

from periplo.events.schema import EVENT_FIELDS, EVENTS


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the columns of ``EVENTS``. Times are aware datetimes; ``properties`` and ``context`` are JSON."""

    source: str
    event_id: str
    type: str = "track"
    event: str
    original_name: str | None = None
    channel: str
    occurred_at: datetime
    original_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    clock_flag: str | None = None
    user_id: str | None = None
    loyalty_card: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous_id: str | None = None
    order_id: str | None = None
    cart_id: str | None = None
    ticket_id: str | None = None
    revenue_minor: int | None = None
    currency: str | None = None
    product_id: str | None = None
    category: str | None = None
    quantity: int | None = None
    coupon: str | None = None
    query: str | None = None
    page: str | None = None
    title: str | None = None
    referrer: str | None = None
    campaign: str | None = None
    medium: str | None = None
    utm_source: str | None = None
    device: str | None = None
    country: str | None = None
    properties: str | None = None
    context: str | None = None


def to_batch(events: Iterable[Event]) -> pa.RecordBatch:
    """Events as one batch with the schema ``EVENTS``."""
    rows = events if isinstance(events, Sequence) else list(events)
    columns = [pa.array(map(attrgetter(name), rows), kind, size=len(rows)) for name, kind in EVENT_FIELDS.items()]
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS)


def from_batch(batch: pa.RecordBatch | pa.Table) -> list[Event]:
    """The rows of a batch with the columns of ``EVENTS`` (others are left out) as events."""
    return [Event(**row) for row in batch.select(list(EVENT_FIELDS)).to_pylist()]
