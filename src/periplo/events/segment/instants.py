"""Times as senders write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from periplo.events.schema import INSTANT


def instants(values: list[Any]) -> tuple[pa.Array, list[int]]:
    """A column of instants, and the rows whose value is no time (null in the column)."""
    try:
        return pa.array(values, pa.string()).cast(INSTANT), []
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
        read = [_instant(value) for value in values]
    wrong = [row for row, (value, when) in enumerate(zip(values, read, strict=True)) if when is None and _said(value)]
    return pa.array(read, INSTANT), wrong


def is_instant(value: Any) -> bool:
    """Whether a value is a time, or nothing."""
    return value is None or value == "" or _instant(value) is not None


def _said(value: Any) -> bool:
    return value is not None and value != ""


def _instant(value: Any) -> datetime | None:
    """ISO 8601 (UTC where it names no zone), or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value.strip())
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) >= 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
