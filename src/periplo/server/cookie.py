"""The cookie of a session: out of reach of scripts, of other sites, and, behind TLS, of everything unencrypted."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from periplo.access import LIFE_US
from periplo.server.caller import Caller


class SessionCookie:
    """``site`` tells servers of one machine apart: cookies do not keep ports apart."""

    def __init__(self, site: str) -> None:
        self._name = f"periplo-{sha256(site.encode()).hexdigest()[:8]}"

    def name(self, caller: Caller) -> str:
        """Behind TLS a browser takes a name with this prefix from nobody but us, for this host only."""
        return f"__Host-{self._name}" if caller.secure else self._name

    def of(self, connection: ASGIConnection[Any, Any, Any, Any], caller: Caller) -> str:
        """What the browser brings; empty where it brings none."""
        return connection.cookies.get(self.name(caller), "")

    def carrying(self, secret: str, caller: Caller) -> Cookie:
        """Sent with links from elsewhere, so that one in a mail opens; never with forms or scripts from elsewhere."""
        life = LIFE_US // 1_000_000 if secret else 0
        return Cookie(
            key=self.name(caller),
            value=secret,
            max_age=life,
            path="/",
            httponly=True,
            samesite="lax",
            secure=caller.secure,
        )
