"""Postmark: one report for each request, with the password that stands in the webhook's address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind
from periplo.connectors.mail import reported
from periplo.connectors.messages import Json, needed
from periplo.connectors.proofs import is_password


def _proven(key: str, delivery: Delivery) -> bool:
    return is_password(key, delivery)


def _topic(headers: Mapping[str, str], report: Any) -> str:
    return str(report.get("RecordType", "")) if isinstance(report, dict) else ""


def _of(event_name: str, stamp: str, report: Json, *, often: bool = False) -> list[Json]:
    number, at = needed(report, "MessageID"), needed(report, stamp)
    recipient = report.get("Recipient") or report.get("Email")
    told = {
        "message_id": number,
        "url": report.get("OriginalLink"),
        "tag": report.get("Tag"),
        "kind": report.get("Type") or report.get("SuppressionReason"),
        "subject": report.get("Subject"),
    }
    parts = (str(number), str(report["RecordType"]), str(recipient), *([str(at)] if often else []))
    return [reported(event_name, ":".join(parts), at, recipient, **told)]


def _bounced(report: Json) -> list[Json]:
    """Only what will not be delivered any more; a full box is tried again."""
    lost = report.get("Type") in ("HardBounce", "BadEmailAddress", "ManuallyDeactivated", "Blocked")
    return _of("Email Bounced", "BouncedAt", report) if lost or report.get("Inactive") else []


def _subscription(report: Json) -> list[Json]:
    """Only who says no: Postmark stops sending for bounces and complaints too, which are told on their own."""
    left = report.get("SuppressSending") and report.get("SuppressionReason") == "ManualSuppression"
    return _of("Unsubscribed", "ChangedAt", report, often=True) if left else []


KIND = Kind(
    "postmark",
    _proven,
    _topic,
    {
        "Delivery": partial(_of, "Email Delivered", "DeliveredAt"),
        "Open": partial(_of, "Email Opened", "ReceivedAt", often=True),
        "Click": partial(_of, "Email Clicked", "ReceivedAt", often=True),
        "Bounce": _bounced,
        "SpamComplaint": partial(_of, "Email Complained", "BouncedAt"),
        "SubscriptionChange": _subscription,
    },
)
