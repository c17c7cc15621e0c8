"""The events of one customer as rows: what of them profiles are read from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa

COLUMNS = (
    "seq",
    "source",
    "event_id",
    "type",
    "event",
    "channel",
    "occurred_at",
    "anonymous_id",
    "order_id",
    "cart_id",
    "revenue_minor",
    "currency",
    "product_id",
    "quantity",
    "title",
    "device",
    "properties",
    "context",
)
"""The columns of events that a profile is read from."""

Row: TypeAlias = Mapping[str, Any]


class Seen(msgspec.Struct, frozen=True):
    """When something happened, by which event."""

    at: datetime
    event: str


def rows_of(events: pa.Table) -> list[Row]:
    """Events (at least ``COLUMNS``) as rows, in their order."""
    rows: list[Row] = events.select(list(COLUMNS)).to_pylist()
    return rows


def properties(row: Row) -> dict[str, Any]:
    """What an event told beside its columns."""
    told = msgspec.json.decode(row["properties"]) if row["properties"] else {}
    return told if isinstance(told, dict) else {}
