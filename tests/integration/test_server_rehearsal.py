"""The first page is ready when the address is told, and whoever comes before shares the work."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from litestar.testing import TestClient

import small_shop
from periplo.maps import MapReading
from periplo.server import create_app
from periplo.server.rehearsal import Rehearsal, rehearse
from periplo.workspace import Settings, Shop

HOME = "http://shop.localhost"


class Counting(Shop):
    """A shop that counts how often its map is read, and reads it only when ``go`` is set."""

    def __init__(self, path: Any, settings: Settings) -> None:
        super().__init__(path, settings)
        self.reads, self.go = 0, Event()

    def read_map(self, *args: Any, **kwargs: Any) -> MapReading:
        self.reads += 1
        assert self.go.wait(60)
        return super().read_map(*args, **kwargs)


def test_the_first_page_finds_everything_ready() -> None:
    with Counting.open(small_shop.made()) as shop, TestClient(app := create_app(shop), base_url=HOME) as client:
        shop.go.set()
        rehearse(app.state.desk)
        asked = len(app.state.desk._answers._answers)
        for lang in ("es", "en"):
            assert client.get("/", headers={"Accept-Language": lang}).status_code == 200
        assert client.get("/customers").status_code == 200
        assert (shop.reads, len(app.state.desk._answers._answers)) == (1, asked)


def test_a_request_meanwhile_shares_the_work() -> None:
    with (
        Counting.open(small_shop.made()) as shop,
        TestClient(app := create_app(shop), base_url=HOME) as client,
        ThreadPoolExecutor(3) as pool,
    ):
        pages = [pool.submit(client.get, "/"), pool.submit(rehearse, app.state.desk), pool.submit(client.get, "/part")]
        shop.go.set()
        assert pages[0].result().status_code == pages[2].result().status_code == 200
        assert pages[1].result() is None
        assert shop.reads == 1


def test_who_is_out_of_patience_does_not_wait() -> None:
    with Counting.open(small_shop.made()) as shop:
        rehearsal = Rehearsal(create_app(shop).state.desk)
        Rehearsal.begin(rehearsal)
        asyncio.run(rehearsal.over(0.01))
        assert not shop.go.is_set()
        shop.go.set()
        asyncio.run(rehearsal.over(60))
        assert rehearsal._done.done()


def test_a_rehearsal_that_fails_ends_and_tells_the_log(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Shop):
        def version(self) -> str:
            raise ZeroDivisionError("no luck")

    with Broken.open(small_shop.made()) as shop:
        rehearsal = Rehearsal(create_app(shop).state.desk)
        Rehearsal.begin(rehearsal)
        asyncio.run(rehearsal.over(60))
        assert "no luck" in caplog.text
