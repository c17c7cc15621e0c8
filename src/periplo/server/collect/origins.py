"""Which sites' pages may send events from a browser (CORS)."""

from __future__ import annotations

from collections.abc import Set

from periplo.server.collect.request import Asked

Headers = list[tuple[bytes, bytes]]

ANY = "*"
KNOWN_FOR_S = b"7200"
"""How long a browser remembers that it may."""


def cross_origin(asked: Asked, origins: Set[str]) -> Headers:
    """The headers that let a page of another site send, where that site is among ``origins``; else only that the
    answer depends on the site."""
    found: Headers = [(b"vary", b"Origin")]
    if not {asked.origin, ANY} & origins:
        return found
    found.append((b"access-control-allow-origin", (asked.origin or "").encode("latin-1")))
    found.append((b"access-control-allow-credentials", b"true"))
    if asked.method == "OPTIONS":
        wanted = asked.headers.get("access-control-request-headers", "")
        found += [
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", wanted.encode("latin-1")),
            (b"access-control-max-age", KNOWN_FOR_S),
        ]
    else:
        found.append((b"access-control-expose-headers", b"retry-after"))
    return found
