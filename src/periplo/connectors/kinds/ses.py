"""Amazon SES: its events, as SNS brings them or bare.

SNS is known by the secret in the address. Its own signature is not checked: its certificate would have to be
fetched from Amazon, and nobody is called who was not configured.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind, nothing
from periplo.connectors.mail import reported
from periplo.connectors.messages import Json, inside, needed, rows
from periplo.connectors.proofs import is_password
from periplo.connectors.rules import UNCONFIRMED, Unfit

CONFIRMATION = "SubscriptionConfirmation"


def _proven(key: str, delivery: Delivery) -> bool:
    return is_password(key, delivery)


def event_in(whole: Any) -> Json:
    """The event of SES in an SNS notification, or bare."""
    found: Json = whole if isinstance(whole, dict) else {}
    if isinstance(found.get("Message"), str) and found.get("Type") == "Notification":
        with suppress(msgspec.DecodeError):
            inner = msgspec.json.decode(found["Message"])
            return inner if isinstance(inner, dict) else {}
    return found


def _topic(headers: Mapping[str, str], whole: Any) -> str:
    event = event_in(whole)
    return str(event.get("eventType") or event.get("notificationType") or event.get("Type") or "")


def _of(event_name: str, part: str, whole: Any, *, people: str = "", often: bool = False) -> list[Json]:
    """``part``: where the details lie; ``people``: whom they concern, all whom it was sent to without it. ``often``:
    it can happen again for the same mail, each at its own time."""
    event = event_in(whole)
    mail, details = inside(event, "mail"), inside(event, part)
    at = details.get("timestamp") or needed(mail, "timestamp")
    number = needed(mail, "messageId")
    told = {
        "message_id": number,
        "subject": inside(mail, "commonHeaders").get("subject"),
        "url": details.get("link"),
        "kind": details.get("bounceType") or details.get("complaintFeedbackType"),
    }
    concerned = [one.get("emailAddress") for one in rows(details, people)] if people else mail.get("destination")
    return [
        reported(event_name, ":".join(filter(None, (number, part, str(one), at if often else ""))), at, one, **told)
        for one in (concerned if isinstance(concerned, list) else [])
    ]


def _bounced(whole: Any) -> list[Json]:
    """A passing bounce (a full box) is no end: the service tries on."""
    passing = inside(event_in(whole), "bounce").get("bounceType") == "Transient"
    return [] if passing else _of("Email Bounced", "bounce", whole, people="bouncedRecipients")


def _asked(whole: Any) -> list[Json]:
    raise Unfit(UNCONFIRMED, "SubscribeURL", address=str(whole.get("SubscribeURL")))


KIND = Kind(
    "ses",
    _proven,
    _topic,
    {
        "Send": partial(_of, "Email Sent", "send"),
        "Delivery": partial(_of, "Email Delivered", "delivery"),
        "Open": partial(_of, "Email Opened", "open", often=True),
        "Click": partial(_of, "Email Clicked", "click", often=True),
        "Bounce": _bounced,
        "Complaint": partial(_of, "Email Complained", "complaint", people="complainedRecipients"),
        "Subscription": partial(_of, "Unsubscribed", "subscription", often=True),
        CONFIRMATION: _asked,
        **dict.fromkeys(("DeliveryDelay", "Rendering Failure", "Reject", "UnsubscribeConfirmation"), nothing),
    },
)
