"""Messages of Segment's spec, made of what other systems say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from periplo.connectors.rules import Missing

Json = dict[str, Any]


def track(event: str, message_id: str, at: Any, properties: Json, who: Json | None = None, channel: str = "") -> Json:
    """A track call. ``at``: a time as it was written; ``who``: userId, anonymousId, and what traits tell of them."""
    return _message("track", message_id, at, who, channel) | {"event": event, "properties": said(properties)}


def identify(message_id: str, at: Any, traits: Json, who: Json) -> Json:
    return _message("identify", message_id, at, who, "") | {"traits": said(traits)}


def said(values: Json) -> Json:
    """Without what says nothing."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", {}, [])}


def needed(whole: Json, name: str) -> Any:
    """What must be there. Raises ``Missing``."""
    if whole.get(name) in (None, ""):
        raise Missing(f"“{name}” is missing")
    return whole[name]


def inside(whole: Json, *names: str) -> Json:
    """The object under a name, or the first of several that is there; empty where none is."""
    return next((found for name in names if isinstance(found := whole.get(name), dict) and found), {})


def rows(whole: Json, name: str) -> list[Json]:
    """The objects of a list."""
    found = whole.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def moment(seconds: Any) -> str | None:
    """Seconds since 1970 as a time; None where it is none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def size(amount: Any) -> float:
    """An amount without its sign, whether it is written as a number or as text; 0 where it is none."""
    try:
        return abs(float(amount))
    except (TypeError, ValueError):
        return 0.0


def _message(kind: str, message_id: str, at: Any, who: Json | None, channel: str) -> Json:
    ids = said(who or {})
    traits = said({name: ids.pop(name, None) for name in ("email", "phone", "loyalty_card")})
    context = said({"traits": traits, "channel": channel, "library": {"name": "periplo-webhooks"}})
    return said({"type": kind, "messageId": message_id, "timestamp": at, **ids, "context": context})
