"""A shop's site with the tracker on it, and a collector that writes down what comes: one real HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import BrowserContext, Page

from periplo.server.tracker import SCRIPT

PATIENCE_S = 15.0
Message = dict[str, Any]
Visit = Callable[..., Page]
"""Opens a page: ``visit(path, on=, clock=)``."""
Device = Callable[[], BrowserContext]
"""A browser that has never been here, each time it is called."""
STUB = "<script>window.periplo=window.periplo||new Proxy([],{get:(q,k)=>q[k]||((...a)=>{q.push([k,a])})})</script>"


def tag(consent: str = "granted", src: str = "/periplo.js", key: str = "key", **options: str) -> str:
    """The script tag, as the guide writes it."""
    given = {"key": key, "consent": consent, **options}
    return f"<script src={src!r} {' '.join(f'data-{name}={value!r}' for name, value in given.items())}></script>"


def document(body: str = "", head: str = tag(), title: str = "Faro") -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@dataclass
class Site:
    """``pages`` by path, ``headers`` of pages; ``answers``: what the collector says next, before it says 200."""

    pages: dict[str, str] = field(default_factory=lambda: {"/": document()})
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    down: bool = False
    bodies: list[Message] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    port: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    refused: int = 0

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def take(self, raw: bytes, kind: str) -> tuple[int, dict[str, str]]:
        """One request to the collector; what it answers."""
        with self._changed:
            answer = (503, {}) if self.down else self.answers.pop(0) if self.answers else (200, {})
            if answer[0] == 200:
                body = json.loads(raw)
                body["receivedAt"] = datetime.now(UTC)
                self.bodies.append(body)
                self.kinds.append(kind)
            else:
                self.refused += 1
            self._changed.notify_all()
            return answer

    def wait(self, until: Callable[[], object]) -> None:
        """Until something has come, or refused."""
        with self._changed:
            assert self._changed.wait_for(until, PATIENCE_S), f"never came; there is {self.told()}"

    @property
    def messages(self) -> list[Message]:
        """All that came, in order, each once, as the server counts: what had no answer when a page went comes again."""
        once: dict[str, Message] = {}
        for message in self.came:
            once.setdefault(message["messageId"], message)
        return [*once.values()]

    @property
    def came(self) -> list[Message]:
        """The same as often as it came; with its batch's context and receivedAt."""
        return [
            {
                "sentAt": body["sentAt"],
                **message,
                "context": {**body["context"], **message["context"]},
                "receivedAt": body["receivedAt"],
            }
            for body in self.bodies
            for message in body["batch"]
        ]

    def told(self) -> list[str]:
        """The events' names and the other calls, in order."""
        return [message.get("event") or message["type"] for message in self.messages]

    def until(self, *names: str) -> list[Message]:
        """Waits until each of these came; the last message of each."""
        self.wait(lambda: set(names) <= set(self.told()))
        return [next(m for m in reversed(self.messages) if name in (m.get("event"), m["type"])) for name in names]


@contextmanager
def site() -> Iterator[Site]:
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/periplo.js":
                self._answer(200, SCRIPT, {"Content-Type": "text/javascript"})
            elif path == "/never":
                self._answer(204, b"", {})  # a browser stays where it is
            elif path in here.pages:
                self._answer(
                    200, here.pages[path].encode(), {"Content-Type": "text/html; charset=utf-8", **here.headers}
                )
            else:
                self._answer(404, b"", {})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/batch"
            status, headers = here.take(raw, self.headers.get("content-type", ""))
            self._answer(status, b"{}", {**headers, "Access-Control-Allow-Origin": self.headers.get("origin", "*")})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    server.daemon_threads = True
    here.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
