"""Collecting: how fast events are acknowledged, with ``synchronous=FULL``, while load and server share the cores.

The server is ``periplo serve`` in a process of its own with its worker beside it, the load another (``bench.loading``).
The peer is what SQLite takes of the same rows by one bare ``executemany`` per transaction, in the same run.

Run by itself it gives a server so many events and tells of the memory after each million: ``python -m bench.collecting
20000000``.
"""

from __future__ import annotations

import base64
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, sleep
from urllib.request import Request, urlopen

import msgspec
import numpy as np

from bench.loading import PLACE, SEAT, Load, Seen, message
from bench.measuring import Figure
from bench.report import say
from periplo.journeys.columns import F64, I64
from periplo.workspace import Shop
from periplo.workspace.recording import ARCHIVE_FROM

FOLDER = Path(__file__).parent / "data" / "collecting"
BATCHES, SINGLES, P99_S, FRESH_S, POSTGRES, FOLLOWED_S, GROWN = 40_000, 4_000, 0.1, 2.0, 25_000, 5.0, 100
ROWS_AT_ONCE, TIMES, LOOK_S = 5_000, 3, 0.1
SERVE = """
import sys; from periplo.server import serve; from periplo.workspace import Shop
serve(Shop.open(sys.argv[1]), port=0, work=len(sys.argv) == 2)
"""


def figures(events: int = 400_000, many: int = 2_000_000) -> Iterator[Figure]:
    """``many`` events for what grows with their number."""
    with served(shop_of("")) as server:
        batches = server.run(size=100, requests=events // 100, connections=16)
        yield reached("acknowledged in batches of 100", batches, BATCHES, "events")
        half = (server.run(size=100, requests=events // 200, connections=32, rate=BATCHES / 200) for _ in range(TIMES))
        yield late("batches", half)
    yield beside(batches, rows(events))
    with served(shop_of("")) as server:
        singles = server.run(size=1, requests=events // 20, connections=64)
        yield reached("acknowledged one by one", singles, SINGLES, "requests")
        half = (server.run(size=1, requests=events // 40, connections=64, rate=SINGLES / 2) for _ in range(TIMES))
        yield late("single events", half)
    with served(shop_of("")) as server:
        yield from flat(server, many)
    with served(shop_of("")) as server:
        yield from fresh(server)
    with postgres() as url, served(shop_of(url), "no work") as server, workers(2):
        found = server.run(size=100, requests=events // 200, connections=16)
        yield reached("acknowledged in batches of 100, PostgreSQL, two workers apart", found, POSTGRES, "events")
        yield followed()


class Server:
    """A served shop, and the load it is given."""

    def __init__(self, port: int, process: int, key: str) -> None:
        self.port, self.process, self._sent = port, process, 0
        self.key = base64.b64encode(f"{key}:".encode()).decode()

    def run(self, *, size: int, requests: int, connections: int, rate: float = 0.0, devices: int = 0) -> Seen:
        load = Load(
            port=self.port,
            key=self.key,
            size=size,
            requests=requests,
            connections=connections,
            rate=rate,
            first=self._sent,
            devices=devices,
        )
        self._sent += requests
        command = [sys.executable, "-m", "bench.loading", msgspec.json.encode(load).decode()]
        return msgspec.json.decode(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, type=Seen)

    def megabytes(self) -> tuple[int, int]:
        """The memory that the server and its worker hold, without what lies in files."""
        started = [file.read_text("utf-8") for file in Path(f"/proc/{self.process}/task").glob("*/children")]
        return held(self.process), sum(held(int(one)) for one in " ".join(started).split())

    def events(self) -> int:
        """How many events the map counts."""
        with urlopen(Request(f"http://127.0.0.1:{self.port}/api/v1/shop")) as answer:
            return int(msgspec.json.decode(answer.read())["events"])


def held(process: int) -> int:
    """The megabytes that a process holds."""
    try:
        found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{process}/status").read_text("utf-8"))
    except FileNotFoundError:
        return 0
    return int(found[1]) // 1024 if found else 0


def shop_of(url: str) -> Path:
    """A new shop with a source; its log in an SQLite file, or in the database at a URL."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "periplo.toml").write_text('name = "Load"\n' + (f'database = "{url}"\n' if url else ""))
    with Shop.open(FOLDER) as shop:
        shop.sources.add("web")
    return FOLDER


@contextmanager
def served(shop: Path, *options: str) -> Iterator[Server]:
    with Shop.open(shop) as opened:
        key = opened.sources.all()[0].write_key
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(shop), *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = next(int(found[1]) for line in process.stdout if (found := re.search(r"http://\S+:(\d+)", line)))
        sleep(1.0)  # what is said at last, and the collection of what was loaded
        server = Server(port, process.pid, key)
        server.run(size=100, requests=20, connections=2)
        yield server
    finally:
        process.terminate()  # its worker ends with it
        process.wait()


@contextmanager
def workers(count: int) -> Iterator[None]:
    """So many ``periplo worker`` on the shop."""
    command = [sys.executable, "-m", "periplo", "worker", str(FOLDER)]
    started = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        sleep(5.0)  # what they load
        yield
    finally:
        for one in started:
            one.terminate()
            one.wait()


def followed() -> Figure:
    """How long that takes after the last answer."""
    seconds = follow()
    return Figure(
        name="from the last of them to identity and archive, by the two workers",
        ours_s=seconds,
        goal=f"{FOLLOWED_S:g} s",
        equal=True,
        met=seconds < FOLLOWED_S,
    )


def follow() -> float:
    """Waits until identity has read all that came, and the archive all but the newest; the seconds it took."""
    begun = perf_counter()
    with Shop.open(FOLDER) as shop:
        while shop.condition.identity_lag().events or shop.condition.archive_lag().events > ARCHIVE_FROM:
            assert perf_counter() < begun + 120, "the workers do not keep up"
            sleep(0.05)
    return perf_counter() - begun


@contextmanager
def postgres() -> Iterator[str]:
    """A real PostgreSQL, as the tests have it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgres import own

    with own() as server:
        yield server.url


def reached(name: str, seen: Seen, goal: int, what: str) -> Figure:
    rate = sum(seen.statuses.values()) / seen.seconds * (seen.events / max(1, seen.statuses.get(200, 0)))
    whole = set(seen.statuses) == {200}
    return Figure(
        name=name,
        amount=f"{rate:,.0f} {what}/s",
        goal=f"{goal:,} {what}/s",
        equal=whole,
        met=whole and rate >= goal,
    )


def beside(seen: Seen, plain_s: float) -> Figure:
    """Ours over HTTP against a bare ``executemany`` of as many rows."""
    ratio = plain_s / seen.seconds
    return Figure(
        name="the same, against bare inserts",
        ours_s=seen.seconds,
        peer=f"executemany, {ROWS_AT_ONCE:,} rows a transaction, unique (source, id)",
        peer_s=plain_s,
        ratio=ratio,
        goal="at most 2 times as long",
        equal=set(seen.statuses) == {200},
        met=ratio >= 0.5,
    )


def rows(events: int) -> float:
    """The seconds that SQLite takes for the same rows, durable, with the same uniqueness; while nothing else runs."""
    file = FOLDER / "bare.db"
    bodies = [message(index).replace(PLACE, b"0" * len(PLACE)).replace(SEAT, PLACE) for index in range(100)]
    made = [
        (number, "web", f"ajs-next-{number // 100:010}-{number % 100:04}", bodies[number % 100])
        for number in range(events)
    ]
    with sqlite3.connect(file, isolation_level=None) as bare:
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, source, event_id, body, UNIQUE (source, event_id))")
        begun = perf_counter()
        for first in range(0, events, ROWS_AT_ONCE):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", made[first : first + ROWS_AT_ONCE])
            bare.execute("COMMIT")
        return perf_counter() - begun


def late(what: str, seen: Iterable[Seen]) -> Figure:
    """The middle one of several runs: a machine that stands still for a moment spoils one."""
    runs = sorted(seen, key=lambda one: one.p99_s)
    whole, found = all(set(one.statuses) == {200} for one in runs), runs[len(runs) // 2].p99_s
    return Figure(
        name=f"slowest answer in a hundred at half of that goal, {what}",
        ours_s=found,
        goal=f"{P99_S * 1000:.0f} ms",
        equal=whole,
        met=whole and found < P99_S,
    )


def flat(server: Server, events: int, parts: int = 4) -> Iterator[Figure]:
    """The most memory in the first and the last part of a long load, from as many visitors as the first part brings.

    The first goes on until the worker has worked through it: what it needs for its work at all has not grown.
    """
    each, said = events // parts, list[list[int]]()
    for part in range(1, parts + 1):
        with at_most(server) as most:
            seen = server.run(size=100, requests=each // 100, connections=16, devices=each)
            if part == 1:
                follow()
        said.append(most)
        print(
            f"{part * each:,} events: {said[-1]} MB, {each / seen.seconds:,.0f} events/s", file=sys.stderr, flush=True
        )
    for who, first, last in zip(("server", "worker"), said[0], said[-1], strict=True):
        yield Figure(
            name=f"memory of the {who} grown from the first {each:,} events on to {events:,}",
            amount=f"{last - first} MB, to {last} MB",
            goal=f"{GROWN} MB",
            equal=True,
            met=last - first < GROWN,
        )


@contextmanager
def at_most(server: Server) -> Iterator[list[int]]:
    """The most megabytes that the server and its worker hold while the block runs: steps of work come and go."""
    most, over = [0, 0], Event()

    def look() -> None:
        while not over.wait(LOOK_S):
            most[:] = map(max, most, server.megabytes())

    looking = Thread(target=look)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()


def fresh(server: Server) -> Iterator[Figure]:
    """From when an event is sent to the answer that counts it, while 10,000 a second come; one asks again and again."""
    size, requests, rate = 100, 2_000, 100.0
    load = Load(port=server.port, key=server.key, size=size, requests=requests, rate=rate, first=10**8)
    told_s, shown, seen = watched(server, load)
    number = np.arange(shown[-1])
    waits_s = told_s[np.searchsorted(shown, number, "right")] - (seen.began_s + number // size / rate)
    whole = len(number) == size * requests and set(seen.statuses) == {200}
    for part, which in ((1.0, "the last"), (0.5, "half of all")):
        found = float(np.quantile(waits_s, part))
        yield Figure(
            name=f"from sent to in the map, at 10,000 events a second: {which}",
            ours_s=found,
            goal=f"{FRESH_S:g} s",
            equal=whole,
            met=whole and found < FRESH_S,
        )


def watched(server: Server, load: Load) -> tuple[F64, I64, Seen]:
    """When the map answered during a load, how many of its events it counted then, and what the sender saw."""
    before, events, until_s = server.events(), load.size * load.requests, float("inf")
    command = [sys.executable, "-m", "bench.loading", msgspec.json.encode(load).decode()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    told_s, shown = [perf_counter()], [0]
    while shown[-1] < events and perf_counter() < until_s:
        sleep(0.1)
        shown.append(server.events() - before)
        told_s.append(perf_counter())
        if process.poll() is not None:
            until_s = min(until_s, perf_counter() + FRESH_S)
    said, _ = process.communicate()
    return np.array(told_s), np.array(shown), msgspec.json.decode(said, type=Seen)


if __name__ == "__main__":
    with served(shop_of("")) as long:
        for figure in flat(long, int(sys.argv[1]), max(4, int(sys.argv[1]) // 1_000_000)):
            say(figure)
