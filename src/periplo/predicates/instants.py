"""Days and moments in predicates as UTC instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from periplo.predicates.problems import bad


def start_of(raw: object, place: str, zone: str) -> datetime:
    """A moment, or the beginning of a day in the shop's time zone."""
    return _instant(raw, place, zone, timedelta())


def end_of(raw: object, place: str, zone: str) -> datetime:
    """A moment, or the end of a day in the shop's time zone."""
    return _instant(raw, place, zone, timedelta(days=1))


def _instant(raw: object, place: str, zone: str, days: timedelta) -> datetime:
    when = _read(raw)
    if when is None:
        raise bad(place, "“{value}” is no date.", "Write it as 2024-05-31 or 2024-05-31T18:00:00Z.", value=raw)
    try:
        if not isinstance(when, datetime):
            when = datetime.combine(when + days, time())
        return (when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except OverflowError as error:
        raise bad(place, "“{value}” is too far away.", value=raw) from error


def _read(raw: object) -> date | None:
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        return None
    try:
        return date.fromisoformat(raw.strip()) if len(raw.strip()) <= 10 else datetime.fromisoformat(raw.strip())
    except ValueError:
        return None
