"""Bodies of requests while they come in: each within a minute, all of them together in so much memory.

Whoever sends byte by byte, or stops half-way, holds nothing for ever. Where the memory is used up, the body that has
been coming for the longest is let go: an honest sender needs a moment, and sends it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from periplo.errors import NotTaken, PeriploError, ShopBusy, TooSlow

LONGEST_S = 60.0
MOST_BYTES = 128 << 20
PART_BYTES = 100
"""What each part of a body costs besides its bytes."""


class Coming:
    """An ASGI application before another, which hears of a body only what comes in time."""

    def __init__(self, app: Any) -> None:
        self._app, self._bodies, self._bytes = app, dict[_Body, None](), 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(self, receive, _length(scope["headers"]))
        try:
            await self._app(scope, body.receive, send)
        finally:
            self.forget(body)

    def hold(self, body: _Body, part: int) -> None:
        """Counts a part of so many bytes; lets the oldest go where that is too much."""
        body.bytes += part + PART_BYTES
        self._bytes += part + PART_BYTES
        self._bodies[body] = None
        while self._bytes > MOST_BYTES:
            oldest = next(iter(self._bodies))
            self.forget(oldest)
            oldest.let_go()

    def forget(self, body: _Body) -> None:
        """Counts it no longer: it came whole, or nobody waits for it."""
        if body in self._bodies:
            del self._bodies[body]
            self._bytes -= body.bytes


class _Body:
    """The body of one request, from its beginning to its end.

    It keeps no error that was raised: that would keep it, and with it the connection.
    """

    __slots__ = ("_coming", "_ended", "_left", "_limit", "_receive", "_until", "_whole", "bytes")

    def __init__(self, coming: Coming, receive: Any, length: int | None) -> None:
        self._coming, self._receive, self._left = coming, receive, length
        self._until = asyncio.get_running_loop().time() + LONGEST_S
        self._limit: asyncio.Timeout | None = None
        self._ended: Callable[[], PeriploError] | None = None
        self._whole, self.bytes = False, 0

    async def receive(self) -> Any:
        """What comes next, for as long as it takes once the body is whole. Raises ``TooSlow``, ``ShopBusy``, and
        ``NotTaken`` where the connection ends before."""
        if self._whole:
            return await self._receive()
        if self._ended:
            raise self._ended()
        try:
            async with asyncio.timeout_at(self._until) as self._limit:
                message = await self._receive()
        except TimeoutError:
            self._ended = self._ended or _too_slow
            raise self._ended() from None
        finally:
            self._limit = None
        if message["type"] == "http.disconnect":
            self._ended = _gone
            raise _gone()
        part = len(message.get("body", b""))
        if self._left is not None:
            self._left -= part
        self._whole = not message.get("more_body") or self._left == 0
        if self._whole:
            self._coming.forget(self)
        else:
            self._coming.hold(self, part)
        return message | {"more_body": not self._whole}

    def let_go(self) -> None:
        """Whoever waits for the next part hears that there is no room for it."""
        self._ended = _no_room
        if self._limit and not self._limit.expired():
            self._limit.reschedule(0)


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """How long a request says that its body is. When so much is here, what would come next is only that this was all:
    for a batch of events that is a tenth of the time until it is read."""
    said = dict(headers)
    length = said.get(b"content-length", b"")
    return int(length) if length.isdigit() and b"transfer-encoding" not in said else None


def _too_slow() -> TooSlow:
    seconds = round(LONGEST_S)
    return TooSlow("The request did not come whole within {seconds} seconds.", fix="Send it again.", seconds=seconds)


def _gone() -> NotTaken:
    return NotTaken("The connection ended before the whole request was here.")


def _no_room() -> ShopBusy:
    return ShopBusy(
        "The shop cannot take more events at this moment.",
        why="More requests are coming in than there is room for.",
        fix="Send them again in a moment: nothing is counted twice.",
    )
