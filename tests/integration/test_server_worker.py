"""A server's worker is a process beside it: measured, started again when it dies, and gone when the server is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

import small_shop
from periplo.workspace import Shop
from serving import IMPATIENT, Served, measured, served, state
from support_collect import basic, batch, track

PATIENCE_S = 60.0


class Watched:
    """A served shop, what it was sent, and its worker."""

    def __init__(self, server: Served, key: str) -> None:
        self._server, self._key, self.sent = server, key, 0

    def send(self, events: int) -> None:
        messages = [track(self.sent + one) for one in range(events)]
        answer = httpx.post(f"{self._server.address}/v1/batch", content=batch(*messages), headers=basic(self._key))
        assert answer.status_code == 200
        self.sent += events

    def measures(self) -> dict[tuple[str, ...], float]:
        return measured(httpx.get(f"{self._server.address}/metrics", timeout=60).text)

    def archived(self) -> None:
        """Until the worker has moved all of it, and told so."""
        self.until(lambda: self.measures().get(("periplo_archive_events",)) == self.sent)
        self.until(lambda: self.measures().get(("periplo_consumer_lag_events", "identity")) == 0)

    def worker(self) -> int:
        """The worker's process."""
        self.until(lambda: bool(self._server.children()))
        return self._server.children()[0]

    def until(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not so():
            assert time.monotonic() < end
            time.sleep(0.01)


def gone(process: int) -> bool:
    return state(process)[0] in "XZ"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        key = shop.sources.add("web").write_key
    with served(tmp_path / "shop", first=IMPATIENT) as server:
        yield Watched(server, key)


def test_it_is_measured_and_started_again_and_ends_with_the_server(watched: Watched) -> None:
    watched.send(3)
    watched.archived()
    found = watched.measures()
    assert found["periplo_work_events_total", "archive"] == 3
    assert found["periplo_work_seconds_count", "archive"] >= 1
    assert (found["periplo_worker_running",], found["periplo_worker_deaths",]) == (1, 0)

    first = watched.worker()
    os.kill(first, signal.SIGKILL)
    watched.until(lambda: watched.measures()["periplo_worker_deaths",] == 1)
    watched.send(2)
    watched.archived()
    assert state(first)[0] == "X"  # nor a zombie
    second = watched.worker()
    assert watched._server.stop(signal.SIGTERM) == 0
    assert state(second)[0] == "X"


def test_steps_take_turns_however_much_there_is_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.recording.MOVED_AT_ONCE", 10)
    monkeypatch.setattr("periplo.workspace.working.FOLLOWED_AT_ONCE", 10)
    monkeypatch.setattr("periplo.workspace.working.LOOK_S", 0.001)
    told = list[tuple[str, int]]()

    def hear(name: str, _: float, events: int) -> None:
        told.append((name, events))
        if sum(events for name, events in told if name == "archive") == 25:
            work.end()

    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.record(
            [small_shop.order(f"2026-03-02 10:{n:02}", 9900, "web", f"N-{n}", user_id=f"u{n}") for n in range(25)]
        )
        monkeypatch.setattr("periplo.workspace.recording.ARCHIVE_FROM", 0)
        work = shop.work(hear)
        work.run()
    assert told == [("archive", 10), ("identity", 20), ("archive", 10), ("identity", 5), ("archive", 5)]


def test_it_ends_when_the_server_is_killed_and_nothing_is_lost(watched: Watched, tmp_path: Path) -> None:
    watched.send(2)
    watched.archived()
    worker = watched.worker()
    watched.send(2)
    watched._server.process.kill()
    watched.until(lambda: gone(worker))
    with Shop.open(tmp_path / "shop") as shop:
        assert shop.journeys().columns.events == watched.sent
        shop.archive()
        assert sorted(shop._stores.lake.now().scan(["event_id"]).read_all()["event_id"].to_pylist()) == [
            f"m{one}" for one in range(watched.sent)
        ]
