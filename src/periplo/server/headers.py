"""Headers every answer carries, so that a browser does only what these pages need."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from periplo.server.caller import caller_of

YEAR_S = 365 * 86400

POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self' {styles}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class SecurityHeaders:
    """Adds them to every answer, errors too. ``styles``: CSP sources of the style sheets drawn into the map."""

    def __init__(self, styles: str) -> None:
        self._headers = {
            "Content-Security-Policy": POLICY.format(styles=styles),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders(message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if caller_of(ASGIConnection(scope)).secure:
                headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}; includeSubDomains")
