"""Those who besiege a server: connections that hold what they can get, and requests that no honest program sends."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from serving import Served
from support_collect import basic, batch, track, verdicts

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]

GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PAGE = b"GET /periplo.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def head(path: str = "/v1/batch", *more: str) -> bytes:
    """The line and the headers of a POST."""
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *more, "", "")).encode("latin-1")


async def wire(port: int, buffer: int = 0) -> Wire:
    """A connection; ``buffer``: of so many bytes that nobody has read."""
    plain = socket.socket()
    plain.setblocking(False)
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=plain, limit=buffer or 1 << 16)


async def said(wire: Wire, *parts: bytes, wait_s: float = 10) -> bytes:
    """All that is answered to some bytes until the server ends the connection."""
    reader, writer = wire
    found = b""
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
    with suppress(ConnectionError):
        async with asyncio.timeout(wait_s):
            while part := await reader.read(1 << 16):
                found += part
    writer.close()
    return found


async def idle(port: int) -> Wire:
    """Says nothing."""
    return await wire(port)


async def half_a_head(port: int) -> Wire:
    """Begins a request, whose headers have no end."""
    found = await wire(port)
    found[1].write(head()[:-2] + b"X-" + b"a" * 30_000)
    return found


async def half_a_body(port: int) -> Wire:
    """Promises more than it sends."""
    found = await wire(port)
    found[1].write(head("/v1/batch", "Content-Length: 20000") + b'{"batch": [' + b" " * 10_000)
    return found


async def half_a_form(port: int) -> Wire:
    """The same, at a page."""
    found = await wire(port)
    kind = "Content-Type: application/x-www-form-urlencoded"
    found[1].write(head("/sign-in", kind, "Content-Length: 20000") + b"email=" + b"a" * 10_000)
    return found


async def kept(port: int) -> Wire:
    """Asks once, and holds the connection."""
    found = await wire(port)
    found[1].write(GET)
    return found


async def unread(port: int) -> Wire:
    """Asks for a lot, and reads nothing."""
    found = await wire(port, buffer=4096)
    found[1].transport.pause_reading()  # type: ignore[attr-defined]
    found[1].write(PAGE * 60)
    return found


WAYS: tuple[Callable[[int], Awaitable[Wire]], ...] = (idle, half_a_head, half_a_body, half_a_form, kept, unread)


@asynccontextmanager
async def held(server: Served, each: int) -> AsyncIterator[list[Wire]]:
    """So many connections of each way, until the block ends."""
    wires = list[Wire]()
    try:
        for _ in range(each):
            wires += await asyncio.gather(*(way(server.port) for way in WAYS))
        yield wires
    finally:
        for _, writer in wires:
            writer.transport.abort()


@dataclass
class Honest:
    """An SDK that goes on sending: what it was acknowledged, and how long each time took."""

    server: Served
    key: str
    kept: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Goes on for as long as the block does."""
        ending = asyncio.Event()
        task = asyncio.create_task(self._send(ending))
        try:
            yield
        finally:
            ending.set()
            await task

    async def _send(self, ending: asyncio.Event) -> None:
        async with httpx.AsyncClient(base_url=self.server.address, headers=basic(self.key), timeout=60) as client:
            while not ending.is_set():
                await self._once(client)
                await asyncio.sleep(0.01)

    async def _once(self, client: httpx.AsyncClient) -> None:
        messages = [track(len(self.kept) + one, messageId=f"h{len(self.kept) + one}") for one in range(3)]
        began = time.monotonic()
        answer = await client.post("/v1/batch", content=batch(*messages))
        self.seconds.append(time.monotonic() - began)
        assert answer.status_code == 200, answer.text
        assert verdicts(answer) == ["accepted"] * 3, answer.text
        self.kept += [one["messageId"] for one in messages]


def files_of(server: Served) -> int:
    """How many file descriptors a server has open."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def memory_of(server: Served) -> int:
    """How much memory a server takes, in bytes."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def until(so: Callable[[], bool], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not so():
            await asyncio.sleep(0.05)
