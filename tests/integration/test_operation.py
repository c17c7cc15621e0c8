"""Servers and workers stopped, killed, or without their database under load: what was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import postgres
from periplo.workspace import Shop
from serving import served
from support import ROOT
from support_collect import basic, batch, track

PATIENCE_S = 60.0


def made(folder: Path, url: str = "") -> tuple[Path, str]:
    """A shop, in PostgreSQL where a URL is given, and the key of its source."""
    folder.mkdir()
    (folder / "periplo.toml").write_text(f'name = "Gifts"\ndatabase = "{url}"\n' if url else 'name = "Gifts"\n')
    with Shop.open(folder) as shop:
        return folder, shop.sources.add("web").write_key


def kept(folder: Path) -> Counter[str]:
    """How often each event is there, wherever it lies; no consumer knows more than the log."""
    with Shop.open(folder) as shop:
        shop.archive()
        assert shop.journeys().columns.events >= 0
        assert shop._stores.identity.cursor() == shop._stores.log.settled()
        return Counter(shop._stores.lake.now().scan(["event_id"]).read_all()["event_id"].to_pylist())


class Load:
    """Senders that send batches one after another, a new one once the one before was answered, and count."""

    def __init__(self, address: str, key: str, *, senders: int = 4, again: bool = False) -> None:
        self.address, self.key, self.senders, self.again = address, key, senders, again
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.retry_after: set[str | None] = set()
        self.cut = 0
        self.ending = False

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            await asyncio.gather(*(self._send(client, number) for number in range(self.senders)))

    async def _send(self, client: httpx.AsyncClient, sender: int) -> None:
        number = 0
        while not self.ending:
            ids = [f"{sender}-{number}-{each}" for each in range(5)]
            try:
                answer = await client.post(
                    f"{self.address}/v1/batch",
                    content=batch(*(track(len(one), messageId=one) for one in ids)),
                    headers=basic(self.key),
                )
            except httpx.ConnectError:
                return  # nothing is taken any more
            except httpx.TransportError:
                self.cut += 1
                return
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                self.acknowledged += ids
                number += 1
            else:
                self.retry_after.add(answer.headers.get("retry-after"))
                number += not self.again
                await asyncio.sleep(0.01)

    async def until(self, batches: int) -> None:
        """Until so many more batches were acknowledged."""
        wanted, end = len(self.acknowledged) + 5 * batches, time.monotonic() + PATIENCE_S
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, self.statuses
            await asyncio.sleep(0.005)


def test_a_server_that_is_stopped_answers_what_it_took(tmp_path: Path) -> None:
    folder, key = made(tmp_path / "shop")
    with served(folder) as server:

        async def play() -> Load:
            load = Load(server.address, key)
            running = asyncio.create_task(load.run())
            await load.until(20)
            server.process.send_signal(signal.SIGTERM)
            await running
            return load

        load = asyncio.run(play())
        assert server.process.wait(30) == 0
    assert load.statuses.keys() <= {200, 503}
    assert load.retry_after <= {"2"}
    assert load.cut <= load.senders  # connections that were kept open and had nothing under way
    found = kept(folder)
    assert set(load.acknowledged) <= found.keys()
    assert set(found.values()) == {1}


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    folder, key = made(tmp_path / "shop")
    with served(folder) as server:
        with httpx.stream("GET", f"{server.address}/api/v1/events", timeout=60) as live:
            next(live.iter_lines())
            assert (
                httpx.post(f"{server.address}/v1/batch", content=batch(track(1)), headers=basic(key)).status_code == 200
            )
            os.kill(server.process.pid, signal.SIGSTOP)
            server.process.send_signal(signal.SIGTERM)
            os.kill(server.process.pid, signal.SIGCONT)
            began = time.monotonic()
            while server.process.poll() is None and time.monotonic() < began + 20:
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.02)
        assert server.process.wait(10) in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
        assert time.monotonic() - began < 8  # the grace would be 10 s
    assert kept(folder) == {"m1": 1}


def test_a_database_that_restarts_under_load_costs_nothing_but_time(tmp_path: Path) -> None:
    with postgres.own() as own:
        folder, key = made(tmp_path / "shop", own.url)
        with served(folder) as server:

            async def play() -> Load:
                load = Load(server.address, key, again=True)
                running = asyncio.create_task(load.run())
                await load.until(10)
                await asyncio.to_thread(own.stop)
                refused = load.statuses[503]
                while load.statuses[503] < refused + 5:
                    await asyncio.sleep(0.01)
                ready = await asyncio.to_thread(httpx.get, f"{server.address}/readyz", timeout=60)
                assert (ready.status_code, ready.json()["faults"].keys() >= {"log", "state"}) == (503, True)
                assert httpx.get(f"{server.address}/healthz", timeout=60).status_code == 200
                await asyncio.to_thread(own.start)
                await load.until(10)
                load.ending = True
                await running
                return load

            load = asyncio.run(play())
            assert server.stop(signal.SIGTERM) == 0
        assert load.statuses.keys() == {200, 503}
        assert load.retry_after == {"2"}
        found = kept(folder)
        assert set(load.acknowledged) <= found.keys()
        assert set(found.values()) == {1}


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[str]]:
    script = [sys.executable, str(ROOT / "tests" / "working_apart.py"), str(folder)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(script, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def apart(machine: Path, shop: Path) -> Path:
    """A folder of its own for another machine, beside the archive that it shares."""
    machine.mkdir()
    (machine / "periplo.toml").write_bytes((shop / "periplo.toml").read_bytes())
    (machine / "lake").symlink_to(shop / "lake")
    return machine


@pytest.mark.parametrize("in_postgres", [False, True])
def test_two_workers_share_the_work_and_one_takes_over_from_a_killed_one(tmp_path: Path, in_postgres: bool) -> None:
    folder, key = made(tmp_path / "shop", postgres.database() if in_postgres else "")
    another = apart(tmp_path / "machine", folder) if in_postgres else folder
    with served(folder, "work=False") as server, worker(folder) as one, worker(another) as other:
        first = list[str]()

        async def play() -> Load:
            load = Load(server.address, key)
            running = asyncio.create_task(load.run())
            assert one.stdout
            first.append(await asyncio.to_thread(one.stdout.readline))
            await load.until(20)
            one.kill()
            await load.until(60)
            load.ending = True
            await running
            return load

        load = asyncio.run(play())
        with Shop.open(folder) as shop:
            end = time.monotonic() + PATIENCE_S
            while shop.condition.identity_lag().events or shop.condition.archive_lag().events:
                assert time.monotonic() < end, "the other worker did not take over"
                time.sleep(0.02)
        other.send_signal(signal.SIGTERM)
        assert other.wait(30) == 0
        assert server.stop(signal.SIGTERM) == 0
        assert other.stdout
        done = [*first, other.stdout.read()]
    assert all("archive" in said or "identity" in said for said in done), done
    found = kept(folder)
    assert found == Counter(load.acknowledged)
