"""SendGrid's event webhook: a list of events, signed with an elliptic curve."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind, nothing
from periplo.connectors.mail import reported
from periplo.connectors.messages import Json, moment, needed
from periplo.connectors.proofs import is_signed_by

_SIGNATURE, _STAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"


def _proven(key: str, delivery: Delivery) -> bool:
    signed = delivery.headers.get(_STAMP, "").encode() + delivery.body
    return is_signed_by(key, signed, delivery.headers.get(_SIGNATURE, ""))


def _topic(headers: Mapping[str, str], event: Any) -> str:
    return str(event.get("event", "")) if isinstance(event, dict) else ""


def _of(event_name: str, event: Json) -> list[Json]:
    told = {
        "message_id": event.get("sg_message_id"),
        "url": event.get("url"),
        "reason": event.get("reason"),
        "kind": event.get("type"),
        "machine": event.get("sg_machine_open"),
    }
    number, at = str(needed(event, "sg_event_id")), moment(needed(event, "timestamp"))
    return [reported(event_name, number, at, event.get("email"), **told)]


def _bounced(event: Json) -> list[Json]:
    """A mail that is blocked this time may come through the next."""
    return [] if event.get("type") == "blocked" else _of("Email Bounced", event)


KIND = Kind(
    "sendgrid",
    _proven,
    _topic,
    {
        "processed": partial(_of, "Email Sent"),
        "delivered": partial(_of, "Email Delivered"),
        "open": partial(_of, "Email Opened"),
        "click": partial(_of, "Email Clicked"),
        "bounce": _bounced,
        "spamreport": partial(_of, "Email Complained"),
        **dict.fromkeys(("unsubscribe", "group_unsubscribe"), partial(_of, "Unsubscribed")),
        **dict.fromkeys(("deferred", "dropped", "group_resubscribe"), nothing),
    },
    each=True,
)
