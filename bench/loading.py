"""Sends events to a collector and measures its answers: run as a process of its own. Prints what it saw, as JSON.

Bodies are made before; only the message ids change. Threads with a connection each: nothing else costs so little.
"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable, Iterator
from threading import Lock, Thread
from time import perf_counter, sleep

import msgspec
import numpy as np

PLACE, SEAT = b"@@@@@@@@@@", b"##########"
"""Where in a request its number goes, and that of those who send."""
HEADS = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {key}\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)


class Load(msgspec.Struct, kw_only=True):
    """``requests`` of ``size`` events each over ``connections``, ``rate`` of them a second (0: as fast as answered).

    ``first``: the number of the first request, which makes its ids; ``devices``: so many visitors send, in turns
    (0: each event has its own).
    """

    port: int
    key: str
    size: int
    requests: int
    connections: int = 8
    rate: float = 0.0
    first: int = 0
    devices: int = 0


class Seen(msgspec.Struct, kw_only=True):
    """``statuses``: how many answers of each; times in seconds from when a request was due to its answer.

    ``began_s``: on the clock that all processes share (``perf_counter``).
    """

    began_s: float
    seconds: float
    events: int
    statuses: dict[int, int]
    p50_s: float
    p99_s: float
    worst_s: float


def request(load: Load) -> bytes:
    """A request with ``PLACE`` and ``SEAT`` in it."""
    messages = b",".join(message(index) for index in range(load.size))
    body = b'{"batch":[' + messages + b"]}" if load.size > 1 else messages
    path = "/v1/batch" if load.size > 1 else "/v1/track"
    return HEADS.format(path=path, key=load.key, length=len(body)).encode() + body


def message(index: int) -> bytes:
    """A message as a browser sends it, of some 600 bytes."""
    return msgspec.json.encode(
        {
            "type": "track",
            "event": ("Product Viewed", "Product Added", "Product List Viewed", "Products Searched")[index % 4],
            "messageId": f"ajs-next-{PLACE.decode()}-{index:04}",
            "anonymousId": f"4f6a2c1e-7a0b-4d35-9d0e-{SEAT.decode()}{index:02}",
            "timestamp": "2026-11-28T10:00:00.000Z",
            "properties": {
                "product_id": f"sku-{index * 37 % 997}",
                "price": 12.5 + index,
                "currency": "EUR",
                "category": "shoes",
            },
            "context": {
                "page": {"url": f"https://shop.example/p/{index}", "path": f"/p/{index}", "title": "A shoe"},
                "library": {"name": "analytics.js", "version": "2.11.1"},
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142",
                "locale": "es-ES",
            },
        }
    )


def filled(load: Load) -> Callable[[int], bytes]:
    """What makes the request of a number. It joins what does not change: to replace within it costs ten times as much,
    which the server would lack."""
    parts, seats = re.split(b"(%b|%b)" % (PLACE, SEAT), request(load)), load.devices // load.size or 1 << 62
    places = parts[1::2]

    def fill(number: int) -> bytes:
        known = {PLACE: b"%010d" % number, SEAT: b"%010d" % (number % seats)}
        mine = parts.copy()  # threads share the parts
        mine[1::2] = map(known.__getitem__, places)
        return b"".join(mine)

    return fill


def run(load: Load) -> Seen:
    fill, numbers, lock = filled(load), iter(range(load.first, load.first + load.requests)), Lock()
    times: list[float] = []
    statuses: dict[int, int] = {}
    began = perf_counter()

    def send() -> None:
        connection = socket.create_connection(("127.0.0.1", load.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mine: list[tuple[int, float]] = []
        while (number := _next(numbers, lock)) is not None:
            due = began + (number - load.first) / load.rate if load.rate else perf_counter()
            if due > perf_counter():
                sleep(due - perf_counter())
            connection.sendall(fill(number))
            mine.append((answered(connection), perf_counter() - due))
        with lock:
            times.extend(took for _, took in mine)
            for status, _ in mine:
                statuses[status] = statuses.get(status, 0) + 1

    threads = [Thread(target=send) for _ in range(load.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p50, p99 = np.quantile(times, [0.5, 0.99]).tolist()
    return Seen(
        began_s=began,
        seconds=perf_counter() - began,
        events=load.size * statuses.get(200, 0),
        statuses=statuses,
        p50_s=p50,
        p99_s=p99,
        worst_s=max(times),
    )


def _next(numbers: Iterator[int], lock: Lock) -> int | None:
    with lock:
        return next(numbers, None)


def answered(connection: socket.socket) -> int:
    """Reads one answer; its status."""
    answer = _more(connection)
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return int(head[9:12])


def _more(connection: socket.socket) -> bytes:
    if not (part := connection.recv(1 << 16)):
        raise ConnectionError("The server closed the connection before it answered.")
    return part


if __name__ == "__main__":
    print(msgspec.json.encode(run(msgspec.json.decode(sys.argv[1], type=Load))).decode())
