"""Where a request comes from: the address, and whether the way was encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via")


@dataclass(frozen=True)
class Caller:
    """``proxied``: somebody between says they pass it on; ``browser``: as it calls itself."""

    address: str
    secure: bool
    proxied: bool
    browser: str


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """Of a request that trusted proxies have been taken away from: see ``proxies``."""
    headers = connection.headers
    return Caller(
        address=connection.client.host if connection.client else "",
        secure=connection.scope["scheme"] == "https",
        proxied=any(name in headers for name in FORWARDED),
        browser=headers.get("user-agent", ""),
    )
