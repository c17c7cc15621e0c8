"""Whose events are sent to a host that belongs to no shop: told by their write key, which is random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from periplo.collect import opened
from periplo.errors import PeriploError
from periplo.server.collect.door import is_for_us
from periplo.server.collect.request import Asked, body_of
from periplo.server.collect.routes import ROUTES, tells
from periplo.server.collect.webhooks import name_in

if TYPE_CHECKING:
    from periplo.server.app import App


class Sorting:
    """``apps`` and ``closed``: the shops that are open, and those that are not, by their labels."""

    def __init__(self, apps: Mapping[str, App], closed: Mapping[str, PeriploError]) -> None:
        self._apps, self._closed = apps, closed

    @staticmethod
    def takes(scope: Any) -> bool:
        """Whether a write key can tell whose a request is. Connectors have names, which several shops may use."""
        return scope["type"] == "http" and is_for_us(scope["path"]) and name_in(scope["path"]) is None

    async def whose(self, scope: Any, receive: Any) -> tuple[App | None, Any]:
        """The application of the shop that a request belongs to, and the request once more, from its beginning; any
        shop for what belongs to none, which refuses it. None while it may belong to a shop that does not answer."""
        asked = Asked(scope)
        if asked.method == "OPTIONS":
            return await self._by_site(asked), receive
        told = tells(asked.path)
        key = asked.write_key() or (told[1] if told else None)
        if key is None and asked.path in ROUTES and asked.method == "POST":
            key, receive = await _inside(asked, receive)
        return await self._by_key(key) if key else await self._by_site(asked), receive

    async def _by_key(self, key: str) -> App | None:
        sure = not self._closed
        for app in self._apps.values():
            try:
                if await app.collect.knows(key):
                    return app
            except PeriploError:
                sure = False
        return self._any() if sure else None

    async def _by_site(self, asked: Asked) -> App | None:
        """Before a page sends, its browser asks without a key whether the site may."""
        for app in self._apps.values():
            if asked.origin and await app.collect.lets(asked.origin):
                return app
        return self._any()

    def _any(self) -> App | None:
        return next(iter(self._apps.values()), None)


async def _inside(asked: Asked, receive: Any) -> tuple[str | None, Any]:
    """The write key in a request's body, and what gives the body once more."""
    read: list[Any] = []

    async def reading() -> Any:
        read.append(await receive())
        return read[-1]

    async def again() -> Any:
        return read.pop(0) if read else await receive()

    try:
        return ROUTES[asked.path](opened(await body_of(asked, reading))).write_key, again
    except PeriploError:
        return None, again  # the shop says what is wrong with it
