"""Who may come in: on the machine itself whoever asks by its name, from elsewhere whoever has the token."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.middleware import ASGIMiddleware
from litestar.response.redirect import ASGIRedirectResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from periplo.server.address import host_of, is_loopback
from periplo.server.keys import OPEN

MISDIRECTED = 421
MONTH_S = 30 * 86400


class Key:
    """The token, and the cookie that stands for it in a browser."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._pass = hmac.new(self._token, b"periplo reader", sha256).hexdigest()
        self.cookie_name = f"periplo_{sha256(self._token).hexdigest()[:8]}"  # cookies do not keep ports apart

    def fits(self, token: str) -> bool:
        return hmac.compare_digest(self._token, token.encode())

    def opens(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """Whether a request brings the token in its ``Authorization`` header, or the cookie."""
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.fits(given.strip()):
            return True
        return hmac.compare_digest(self._pass.encode(), connection.cookies.get(self.cookie_name, "").encode())

    def cookie(self, *, secure: bool) -> Cookie:
        """A month long, out of reach of scripts and of requests from other sites."""
        return Cookie(
            key=self.cookie_name, value=self._pass, max_age=MONTH_S, httponly=True, samesite="lax", secure=secure
        )


class Gate(ASGIMiddleware):
    """Stands before every route. Without a key only names of this machine are answered (DNS rebinding)."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, key: Key | None) -> None:
        self._key = key

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        if self._key is None:
            if not is_loopback(host_of(connection.headers.get("host", ""))):
                raise HTTPException(status_code=MISDIRECTED)
        elif self._key.fits(connection.query_params.get("token", "")):
            cookie = self._key.cookie(secure=connection.url.scheme == "https")
            answer = ASGIRedirectResponse(without_token(connection), status_code=303, cookies=[cookie])
            await answer(scope, receive, send)
            return
        elif not scope["route_handler"].opt.get(OPEN) and not self._key.opens(connection):
            raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})
        await next_app(scope, receive, send)


def without_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address that was asked, without the token, which must not stay in histories and logs."""
    rest = [pair for pair in parse_qsl(connection.url.query, keep_blank_values=True) if pair[0] != "token"]
    path = "/" + connection.url.path.lstrip("/\\")
    return path + (f"?{urlencode(rest)}" if rest else "")
