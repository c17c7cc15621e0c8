"""A way to the server that fails as networks and balancers do: an HTTP proxy that refuses, or loses answers.

It passes bytes on as they are. What is sent through it is also read, to know what the clients recorded.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Fault = Literal["503", "429", "cut"]
"""An answer to come again in a second, from before the server; or the server's answer, lost after its commit."""

_END = b"\r\n\r\n"


@dataclass
class Way:
    """``faults``: what happens to each batch, in turn, before it is let through with its answer.

    ``answers`` of the server by path; ``happened``: the faults; of the messages' ids ``recorded`` says
    when the client noted them, ``delivered`` which it was told of.
    """

    faults: Sequence[Fault]
    upstream: int
    port: int = 0
    answers: list[tuple[str, int]] = field(default_factory=list)
    recorded: dict[str, datetime] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    _tries: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its end."""
        try:
            while True:
                head = await reader.readuntil(_END)
                body = await reader.readexactly(int(_header(head, "content-length") or 0))
                if not await self._pass(head, body, writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # either side has gone
        finally:
            writer.close()

    async def _pass(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection goes on."""
        fault = self._fault(body)
        if fault in ("503", "429"):
            writer.write(_refusal(fault, _header(head, "origin")))
        else:
            answer = await self._ask(head, body)
            if fault == "cut":
                return False
            writer.write(answer)
        await writer.drain()
        if not fault:
            self.delivered |= {name for name, _ in _messages(body)}
        return True

    def _fault(self, body: bytes) -> str | None:
        """What happens to this request; reads what it brings."""
        messages = list(_messages(body))
        if not messages:
            return None
        for name, when in messages:
            self.recorded.setdefault(name, when)
        tried = self._tries.get(messages[0][0], 0)
        self._tries[messages[0][0]] = tried + 1
        if tried >= len(self.faults):
            return None
        self.happened.append(self.faults[tried])
        return self.faults[tried]

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        """The server's whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        writer.write(head + body)
        answer = await reader.readuntil(_END)
        more = await reader.readexactly(int(_header(answer, "content-length") or 0))
        writer.close()
        self.answers.append((head.decode("latin-1").split(" ")[1], int(answer.split(b" ")[1])))
        return answer + more


def _header(head: bytes, name: str) -> str | None:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return next((value.strip() for known, _, value in lines if known.lower() == name), None)


def _refusal(status: str, origin: str | None) -> bytes:
    allowed = (
        f"Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Expose-Headers: Retry-After\r\n" if origin else ""
    )
    return f"HTTP/1.1 {status} Later\r\nRetry-After: 1\r\nContent-Length: 0\r\n{allowed}\r\n".encode()


def _messages(body: bytes) -> Iterator[tuple[str, datetime]]:
    """The ids in a request, and when each message says it was recorded."""
    try:
        whole: Any = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    except ValueError:
        return  # nothing, or no events
    for message in whole if isinstance(whole, list) else whole.get("batch", [whole]):
        name = message.get("messageId") or message.get("uuid")
        if name:
            yield name, datetime.fromisoformat(message.get("timestamp") or message["originalTimestamp"])


@contextmanager
def way(upstream: int, faults: Sequence[Fault] = ()) -> Iterator[Way]:
    """A proxy before the server at this port of the machine."""
    found = Way(faults, upstream)
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(found.serve, "127.0.0.1", 0, limit=1 << 24)
        found.port = server.sockets[0].getsockname()[1]
        ready.set()
        await ended.wait()
        server.close()
        open_still = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in open_still:
            connection.cancel()
        await asyncio.gather(*open_still, return_exceptions=True)

    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
