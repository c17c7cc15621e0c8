"""Where a request comes from: the address, and whether the way was encrypted; also through a proxy of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

from periplo.server.address import is_loopback

_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via")


@dataclass(frozen=True)
class Caller:
    """``proxied``: somebody between says they pass it on; ``browser``: as it calls itself."""

    address: str
    secure: bool
    proxied: bool
    browser: str


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """What a proxy says of the caller is believed of proxies on this machine only, and there of the last one."""
    headers, peer = connection.headers, connection.client.host if connection.client else ""
    trusted = is_loopback(peer)
    said = headers.get("x-forwarded-for", "").rpartition(",")[2].strip() if trusted else ""
    scheme = headers.get("x-forwarded-proto", "") if trusted else ""
    return Caller(
        address=said or peer,
        secure=(scheme or connection.scope["scheme"]) == "https",
        proxied=any(name in headers for name in _FORWARDED),
        browser=headers.get("user-agent", ""),
    )
