"""Webhooks: ``POST /v1/webhooks/NAME``, for each connector of the shop."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any
from urllib.parse import parse_qs

from periplo.collect import Arrived, opened
from periplo.connectors import PLACE, Delivery
from periplo.log import Source
from periplo.server.collect.request import Asked, body_of
from periplo.workspace.collecting import Collecting

HOOKS = PLACE + "{name}"
"""What the paths of connectors are called where they are counted."""


def name_in(path: str) -> str | None:
    """The connector that a path names; None for other paths."""
    name = path.removeprefix(PLACE)
    return name if path.startswith(PLACE) and name and "/" not in name else None


async def brought(collecting: Collecting, name: str, asked: Asked, receive: Any) -> tuple[Source, Arrived, int]:
    """Whose request it is, what it brought, and in how many bytes. Raises ``NotTaken``."""
    body = opened(await body_of(asked, receive))
    delivery = Delivery(asked.headers, _password(asked), body)
    arrived = await asyncio.to_thread(collecting.hooks.take, name, delivery)
    return collecting.hooks.source(name), arrived, len(body)


def _password(asked: Asked) -> str:
    """The secret in the address (``?key=``), or the password of Basic credentials."""
    scheme, _, given = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return parse_qs(asked.query.decode("latin-1")).get("key", [""])[0]
