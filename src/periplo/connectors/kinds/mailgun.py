"""Mailgun: one event for each request, signed inside its body.

How old a signature may be is not looked at: what is sent again counts once, by the event's own id.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind, nothing
from periplo.connectors.mail import reported
from periplo.connectors.messages import Json, inside, moment, needed
from periplo.connectors.proofs import is_signed


def _proven(key: str, delivery: Delivery) -> bool:
    try:
        whole = msgspec.json.decode(delivery.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    seal = inside(whole, "signature") if isinstance(whole, dict) else {}
    signed = f"{seal.get('timestamp', '')}{seal.get('token', '')}"
    return is_signed(key, signed.encode(), str(seal.get("signature", "")))


def _topic(headers: Mapping[str, str], whole: Any) -> str:
    return str(inside(whole, "event-data").get("event", "")) if isinstance(whole, dict) else ""


def _of(event_name: str, whole: Json) -> list[Json]:
    event = inside(whole, "event-data")
    headers = inside(inside(event, "message"), "headers")
    told = {
        "message_id": headers.get("message-id"),
        "subject": headers.get("subject"),
        "url": event.get("url"),
        "reason": event.get("reason"),
        "tags": event.get("tags"),
    }
    number, at = str(needed(event, "id")), moment(needed(event, "timestamp"))
    return [reported(event_name, number, at, event.get("recipient"), **told)]


def _failed(whole: Json) -> list[Json]:
    """A passing failure is tried again."""
    lasting = inside(whole, "event-data").get("severity") != "temporary"
    return _of("Email Bounced", whole) if lasting else []


KIND = Kind(
    "mailgun",
    _proven,
    _topic,
    {
        "accepted": partial(_of, "Email Sent"),
        "delivered": partial(_of, "Email Delivered"),
        "opened": partial(_of, "Email Opened"),
        "clicked": partial(_of, "Email Clicked"),
        "failed": _failed,
        "complained": partial(_of, "Email Complained"),
        "unsubscribed": partial(_of, "Unsubscribed"),
        **dict.fromkeys(("rejected", "stored"), nothing),
    },
)
