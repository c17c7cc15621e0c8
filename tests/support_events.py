"""Events for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from periplo.events.model import Event

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """That many minutes after the start of 2026, UTC."""
    return START + timedelta(minutes=minutes)


def event(event_id: str, name: str = "Page Viewed", *, minute: float = 0, **fields: Any) -> Event:
    """An event of the web shop, unless the fields say otherwise."""
    usual: dict[str, Any] = {"source": "web", "channel": "web"}
    return Event(**(usual | {"event_id": event_id, "event": name, "occurred_at": at(minute)} | fields))
