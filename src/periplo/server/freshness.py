"""Nothing is computed or sent twice: an answer is named (ETag) by the shop's version and all else it depends on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from litestar.connection import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from periplo.access import Permission
from periplo.server.assets import assets
from periplo.server.keys import UNVERSIONED
from periplo.server.reader import reader_of
from periplo.server.rules import rule_of
from periplo.workspace import standing_still


class Freshness(ASGIMiddleware):
    """Answers 304 where the browser still has the newest answer, and names every other good answer."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = UNVERSIONED

    def __init__(self, version: Callable[[], str]) -> None:
        self._version = version
        self._ours = "".join(asset.stamp for asset in assets().values())

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = Request[Any, Any, Any](scope)
        if request.method != "GET":
            await next_app(scope, receive, send)
            return
        tag = await self._tag(request)
        headers = {"ETag": tag, "Cache-Control": self._kept(scope), "Vary": "Accept-Language, Cookie"}
        if tag in request.headers.get("if-none-match", ""):
            await ASGIResponse(status_code=304, headers=headers)(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableScopeHeaders(message).update(headers)
            await send(message)

        with standing_still():
            await next_app(scope, receive, named)

    def _kept(self, scope: Scope) -> str:
        """A browser keeps numbers, asking whether they are still so; what names customers it does not keep."""
        names = rule_of(scope["route_handler"]) in (Permission.CUSTOMERS, Permission.ERASE)
        return "no-store" if names else "private, no-cache"

    async def _tag(self, request: Request[Any, Any, Any]) -> str:
        version = await asyncio.to_thread(self._version)
        reader = reader_of(request)
        who = reader.who.key, reader.who.role, reader.who.csrf
        parts = (version, self._ours, request.url.path, request.url.query, reader.lang, reader.theme, reader.names, who)
        return f'W/"{sha256(repr(parts).encode()).hexdigest()[:24]}"'
