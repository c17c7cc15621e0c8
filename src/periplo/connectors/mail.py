"""Reports of mail services: what became of a message to somebody."""

from __future__ import annotations

from typing import Any

from periplo.connectors.messages import Json, needed, track


def reported(event: str, message_id: str, at: Any, recipient: Any, /, **told: Any) -> Json:
    """What became of a mail, for one recipient, as the service writes it: also "Ana <ana@shop.example>"."""
    address = needed({"recipient": recipient}, "recipient")
    return track(event, message_id, at, told, {"email": str(address).rpartition("<")[2].rstrip(">")}, "email")
