"""The door itself, an ASGI application: a request is read, waits for its commit, and is answered.

It stands before the rest of the server, which would cost a request more than the event in it does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from periplo.collect import MOST_BYTES, Answer, Arrived, Ticket, Wrong, answer, opened
from periplo.collect.rules import NO_BATCH
from periplo.errors import ForeignSite, NotTaken, PeriploError, TooLarge, UnknownWriteKey
from periplo.language import tell
from periplo.log import Source
from periplo.operation.measures import Measures
from periplo.privacy import Request
from periplo.server.collect.origins import ANY, Headers, cross_origin
from periplo.server.collect.request import Asked, body_of
from periplo.server.collect.routes import FLAGS, ROUTES, SEGMENTS, SETTINGS, Read, tells
from periplo.server.collect.settings import NO_FLAGS
from periplo.server.collect.webhooks import HOOKS, brought, name_in
from periplo.server.requests import TOLD
from periplo.workspace import Shop

Send = Callable[[dict[str, Any]], Awaitable[None]]

_encode = msgspec.json.Encoder().encode
_JSON = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
RETRY_AFTER, METHOD_NOT_ALLOWED = b"2", 405


class CollectDoor:
    """Takes what is sent to the paths of ``routes``, from its first request or ``start`` on until ``stop``."""

    def __init__(self, shop: Shop, measures: Measures) -> None:
        self._collecting, self._measures = shop.collecting(_deliver), measures
        self._started = False

    def start(self) -> None:
        if not self._started:
            self._started = True
            self._collecting.start()

    async def stop(self) -> None:
        """Answers who waits, then ends."""
        if self._started:
            await asyncio.to_thread(self._collecting.stop)

    def waiting_bytes(self) -> int:
        """Of the requests that wait for their commit."""
        return self._collecting.writer.waiting_bytes

    def takes(self, scope: Any) -> bool:
        """Whether a request is for this door."""
        return scope["type"] == "http" and is_for_us(scope["path"])

    async def knows(self, write_key: str) -> bool:
        """Whether a source of the shop has this key. Raises ``ShopError``."""
        self.start()
        known = self._collecting.sources
        if known.stale() or not known.get(write_key):
            await asyncio.to_thread(known.look)
        return known.get(write_key) is not None

    async def lets(self, site: str) -> bool:
        """Whether the pages of a site may send to the shop, as far as is known."""
        self.start()
        return bool({site, ANY} & self._collecting.sources.origins())

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        self.start()
        asked, headers = Asked(scope), list(_JSON)
        scope[TOLD].route, scope[TOLD].busy = _route(asked.path), True
        try:
            if self._collecting.sources.stale():
                await asyncio.to_thread(self._collecting.sources.look)
            if asked.origin:
                headers += cross_origin(asked, self._collecting.sources.origins())
            status, body = await self._answer(asked, receive)
            if status == METHOD_NOT_ALLOWED:
                headers.append((b"allow", b"GET, OPTIONS" if tells(asked.path) else b"POST, OPTIONS"))
            await _respond(send, status, headers, body)
        except PeriploError as error:
            self._measures.refused(error.code)
            await _refuse(send, headers, error)

    async def _answer(self, asked: Asked, receive: Any) -> tuple[int, bytes]:
        """Status and body. Raises ``PeriploError``."""
        told = tells(asked.path)
        if asked.method == "OPTIONS":
            return 204, b""
        if told and asked.method == "GET":
            tell_settings, key = told
            return 200, _encode(tell_settings(await self._source(asked, key), asked))
        if told or asked.method != "POST":
            return METHOD_NOT_ALLOWED, b""
        if asked.path in FLAGS:
            return 200, _encode(NO_FLAGS)
        if name := name_in(asked.path):
            answered = await self._admit(asked, *await brought(self._collecting, name, asked, receive))
            return 200, _encode(answered)  # also where nothing became an event: a webhook that is refused is given up
        found = await self._take(asked, receive, ROUTES[asked.path])
        return 400 if found.hopeless else 200, _encode(found)

    async def _take(self, asked: Asked, receive: Any, read: Read) -> Answer:
        body = self._collecting.door.body(await self._body(asked, receive))
        try:
            arrived = read(body)
        except NotTaken as error:
            await self._keep_whole(asked, body, error)
            raise
        return await self._admit(asked, await self._source(asked, arrived.write_key), arrived, len(body))

    async def _body(self, asked: Asked, receive: Any) -> bytes:
        """What was sent, unpacked. Too much is counted, where a header or the address says whose it is. Raises
        ``NotTaken``."""
        most = self._collecting.most_bytes if asked.path in SEGMENTS else MOST_BYTES
        try:
            return opened(await body_of(asked, receive, most), most)
        except TooLarge:
            self._collecting.turned_down(asked.write_key() or "", most)
            raise

    async def _admit(self, asked: Asked, source: Source, arrived: Arrived, size: int) -> Answer:
        """The answer to what a source sent, ``size`` bytes, as its sender's consent allows. Raises ``ShopError``."""
        door = self._collecting.door
        sender = Request(source.name, asked.client, asked.headers.get("user-agent", ""), datetime.now(UTC))
        arrived.admit(door, sender)
        self._collecting.turning_away.leave_out(source, arrived)
        self._collecting.hold(source.name, arrived)
        if not arrived.messages and not arrived.wrong:
            return self._counted(source, answer(arrived, (), {}))
        return await self._written(arrived, source, door.agent(asked.user_agent), size)

    async def _written(self, arrived: Arrived, source: Source, user_agent: str | None, size: int) -> Answer:
        """Waits until all of it is durable. Raises ``ShopError``."""
        received = arrived.received(source, time.time_ns() // 1000, user_agent)
        faults = [wrong.fault(received.receipt) for wrong in arrived.wrong]
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._collecting.writer.put(Ticket(arrived, received, faults, size, waiter))
        return self._counted(source, await waiter)

    def _counted(self, source: Source, answer: Answer) -> Answer:
        self._measures.sent(source.name, answer.verdicts)
        return answer

    async def _keep_whole(self, asked: Asked, body: bytes, error: NotTaken) -> None:
        """Keeps a body that cannot be taken apart in quarantine, where a header or the address says whose it is."""
        source = self._collecting.sources.get(asked.write_key() or "")
        if source:
            rule = NO_BATCH._replace(reason=error.what)  # in the words of each reader
            wrong = Wrong(0, rule, "", {name: str(value) for name, value in error.values.items()}, body)
            await self._written(Arrived(wrong=[wrong]), source, None, len(body))

    async def _source(self, asked: Asked, inside: str | None) -> Source:
        """Whose write key it is, that of the request or the one ``inside``. Raises ``NotTaken``."""
        known, key = self._collecting.sources, asked.write_key() or inside or ""
        if key and not known.get(key):
            await asyncio.to_thread(known.look)  # it may have been added a moment ago
        source = known.get(key)
        if source is None:
            raise UnknownWriteKey(
                "No source of this shop has this write key." if key else "This request has no write key.",
                fix="See the keys: periplo sources list SHOP",
            )
        if asked.origin and not {asked.origin, ANY} & {*source.origins}:
            raise ForeignSite(
                "The site {origin} may not send events with this write key.",
                fix="Allow it: periplo sources allow SHOP {name} {origin}",
                origin=asked.origin[:200],
                name=source.name,
            )
        return source


async def no_host(scope: Any, receive: Any, send: Send) -> None:
    """Instead of any door, for requests that do not name one host."""
    error = NotTaken("This request names no host, or several.", fix="Send it with one Host header.")
    await _refuse(send, list(_JSON), error)


def is_for_us(path: str) -> bool:
    return path in ROUTES or path in FLAGS or tells(path) is not None or name_in(path) is not None


def _route(path: str) -> str:
    """What a path is called where requests are counted."""
    return SETTINGS if tells(path) else HOOKS if name_in(path) else path


def _deliver(tickets: list[Ticket]) -> None:
    """In the writer's thread: wakes those who wait, with one call for each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
    for ticket in tickets:
        loops.setdefault(ticket.waiter.get_loop(), []).append(ticket)
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_wake, waiting)


def _wake(tickets: list[Ticket]) -> None:
    for ticket in tickets:
        if ticket.waiter.done():
            continue  # who asked has gone
        if ticket.error:
            ticket.waiter.set_exception(ticket.error)
        else:
            ticket.waiter.set_result(ticket.answer)


async def _refuse(send: Send, headers: Headers, error: PeriploError) -> None:
    more = [(b"retry-after", RETRY_AFTER)] if error.http_status in (429, 503) else []
    told = tell(error, "en")
    message = " ".join(filter(None, (told["what"], told["why"], told["fix"])))
    also = {"code": told["code"], "message": message}  # where Segment's and RudderStack's SDKs look, and what they log
    await _respond(send, error.http_status, [*headers, *more], _encode({"error": told, **also}))


async def _respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
