"""The one call that a connector makes, where its ``confirm`` allows it: yes, Amazon SNS may send here."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from periplo.connectors.connector import Connector
from periplo.connectors.kinds.ses import CONFIRMATION
from periplo.errors import ShopBusy

PATIENCE_S = 10.0
_AMAZON = ".amazonaws.com"


def asked_to_confirm(connector: Connector, body: bytes) -> str | None:
    """The address to open, where that is what a body asks and the connector allows it; only one of Amazon's."""
    if connector.kind != "ses" or not connector.confirm or CONFIRMATION.encode() not in body:
        return None
    try:
        whole: Any = msgspec.json.decode(body)
        address = str(whole["SubscribeURL"]) if whole["Type"] == CONFIRMATION else ""
        parts = urlsplit(address)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, TypeError, KeyError):
        return None
    return address if parts.scheme == "https" and (parts.hostname or "").endswith(_AMAZON) else None


def confirm(address: str) -> None:
    """Opens the address. Raises ``ShopBusy`` where it does not answer: Amazon asks again."""
    try:
        with closing(urlopen(Request(address), timeout=PATIENCE_S)) as answer:
            answer.read(1 << 16)
    except OSError as error:
        raise ShopBusy(
            "Amazon could not be answered.",
            why="It says: {detail}.",
            fix="Open the address that it sent by hand.",
            detail=str(error),
        ) from error
