"""The pulse of the shop: one watcher for all readers tells them when the data have changed (server-sent events)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from litestar.response.sse import ServerSentEventMessage

log = logging.getLogger("periplo.server")


class Watch:
    """Looks at the version of the shop while somebody follows it, and only then.

    ``read`` answers the version and may block; it is called ``every`` so many seconds, in a thread.
    A follower hears at least a heartbeat each ``heartbeat`` seconds, so that dead connections are noticed.
    """

    def __init__(self, read: Callable[[], str], *, every: float = 1.0, heartbeat: float = 15.0) -> None:
        self._read, self._every, self._heartbeat = read, every, heartbeat
        self._version: str | None = None
        self._changed = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False
        self.followers = 0

    async def follow(self) -> AsyncGenerator[str | None, None]:
        """The version as it is now, then each new one; ``None`` is a heartbeat. Ends when the watch is closed."""
        self._enter()
        seen: str | None = None
        try:
            while not self._closed:
                changed = self._changed
                if self._version != seen:
                    seen = self._version
                    yield seen
                elif not await _happens(changed, self._heartbeat):
                    yield None
        finally:
            self._leave()

    def close(self) -> None:
        """Lets every follower go."""
        self._closed = True
        self._announce()

    def _enter(self) -> None:
        self.followers += 1
        if self._looking is None:
            self._version = None
            self._looking = asyncio.create_task(self._look())

    def _leave(self) -> None:
        self.followers -= 1
        if not self.followers and self._looking:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        while True:
            try:
                version = await asyncio.to_thread(self._read)
            except Exception:
                log.exception("The version of the shop cannot be read; trying again.")
            else:
                if version != self._version:
                    self._version = version
                    self._announce()
            await asyncio.sleep(self._every)

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


async def _happens(event: asyncio.Event, within: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
    return True


async def messages(watch: Watch) -> AsyncGenerator[ServerSentEventMessage, None]:
    """What a browser's ``EventSource`` hears."""
    async for version in watch.follow():
        if version is None:
            yield ServerSentEventMessage(data=None, comment="still here")
        else:
            yield ServerSentEventMessage(data=version, event="version", id=version, retry=2000)
