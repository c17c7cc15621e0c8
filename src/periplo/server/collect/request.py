"""What a request says besides its body: headers, write key, where it comes from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from periplo.collect.bodies import too_large
from periplo.collect.limits import MOST_BYTES


class Asked:
    """An ASGI request, its headers as text by lower-case name."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.scheme: str = scope["scheme"]
        self.query: bytes = scope["query_string"]
        self._peer: str = (scope.get("client") or ("",))[0]

    @property
    def host(self) -> str:
        """The name that the sender knows this server by, with its port."""
        return self.headers.get("host", "")

    @property
    def origin(self) -> str | None:
        """The site whose page sends it; None where no browser does, or it is the server's own."""
        origin = self.headers.get("origin")
        if origin is None or urlsplit(origin).netloc == self.host:
            return None
        return origin

    @property
    def client(self) -> str:
        """The address of who sends it."""
        return self._peer

    @property
    def user_agent(self) -> str | None:
        """The browser that a page sends it with; None where a program does."""
        return self.headers.get("user-agent") if "origin" in self.headers else None

    def write_key(self) -> str | None:
        """The write key in the headers or the address."""
        scheme, _, given = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return _user(given)
        if scheme.lower() == "bearer":
            return given.strip()
        if key := self.headers.get("x-write-key"):
            return key.partition(":")[0]
        asked = parse_qs(self.query.decode("latin-1")) if self.query else {}
        return next((asked[name][0] for name in ("writeKey", "writekey") if name in asked), None)


def _user(given: str) -> str | None:
    """The user's name in Basic credentials, which is the key; the password is empty."""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None


MOST_LEFT = 4 * MOST_BYTES
"""Of a body that is too large, so much is read and let go: proxies and SDKs that are cut off while they send do not
hear why, and send it again."""


async def body_of(asked: Asked, receive: Any, most: int = MOST_BYTES) -> bytes:
    """The body as it comes in, kept no further than it may be. Raises ``TooLarge``, and what ``receive`` does."""
    said = asked.headers.get("content-length", "")
    if said.isdigit() and int(said) > MOST_LEFT:
        raise too_large(most)
    body, size = bytearray(), 0
    message: dict[str, Any] = {"more_body": True}
    while message.get("more_body") and size <= MOST_LEFT:
        message = await receive()
        body += message.get("body", b"")
        size += len(message.get("body", b""))
        if size > most:
            body.clear()
    if size > most:
        raise too_large(most)
    return bytes(body)
