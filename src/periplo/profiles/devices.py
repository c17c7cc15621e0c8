"""The devices a customer was seen on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from periplo.profiles.rows import Row


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A browser or app, by the anonymous id it keeps. ``kind``: mobile, desktop, …, as last told."""

    anonymous_id: str
    kind: str | None
    channels: list[str]
    first_seen: datetime
    last_seen: datetime
    events: int


def read_devices(rows: Sequence[Row]) -> list[Device]:
    """The devices of events in time order, that seen last first."""
    mine: dict[str, list[Row]] = {}
    for row in rows:
        if row["anonymous_id"]:
            mine.setdefault(row["anonymous_id"], []).append(row)
    found = [_device(name, seen) for name, seen in mine.items()]
    return sorted(found, key=lambda device: device.last_seen, reverse=True)


def _device(name: str, seen: list[Row]) -> Device:
    return Device(
        anonymous_id=name,
        kind=next((row["device"] for row in reversed(seen) if row["device"]), None),
        channels=list(dict.fromkeys(row["channel"] for row in seen if row["channel"])),
        first_seen=seen[0]["occurred_at"],
        last_seen=seen[-1]["occurred_at"],
        events=len(seen),
    )
