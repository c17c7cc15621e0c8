"""A served shop as a process: where it listens, what it prints, how it ends, and that it lives."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import small_shop
from periplo.errors import UsageError
from periplo.server import create_app, serve
from periplo.workspace import Shop
from serving import elsewhere, served


def heard(live: httpx.Response) -> Iterator[str]:
    """The versions a stream tells; four heartbeats (a minute) without a new one are too many."""
    silent = 0
    for line in live.iter_lines():
        silent = silent + 1 if line.startswith(":") else 0 if line.startswith("data:") else silent
        assert silent < 4
        if line.startswith("data:"):
            yield line[6:]


def test_it_says_where_it_listens_keeps_its_port_and_ends_when_asked() -> None:
    with served(small_shop.made()) as server, Shop.open(small_shop.made()) as shop:
        assert server.said.startswith("The map of Faro: http://127.0.0.1:")
        assert httpx.get(server.address, timeout=120).status_code == 200
        with pytest.raises(UsageError, match="already in use"):
            serve(shop, port=server.port)
        assert server.stop() == 0


def test_open_streams_do_not_hold_it_back() -> None:
    with (
        served(small_shop.made(), "host='localhost'") as server,
        httpx.stream("GET", f"{server.address}/api/v1/events", timeout=120) as live,
    ):
        assert live.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in live.headers
        lines = live.iter_lines()
        assert any(line.startswith("data:") for line in lines)
        assert server.stop(signal.SIGTERM) == 0
        assert not [line for line in lines if line.startswith("data:")]


def test_events_recorded_by_another_process_are_heard_and_seen(tmp_path: Path) -> None:
    shop = small_shop.copied(tmp_path)
    with served(shop) as server, httpx.stream("GET", f"{server.address}/api/v1/events", timeout=120) as live:
        versions = heard(live)
        first = next(versions)
        elsewhere("shop.record([small_shop.order('2026-03-02 10:00', 9900, 'web', 'N-1', user_id='new')])", shop)
        assert next(versions) != first
        orders = httpx.get(f"{server.address}/api/v1/kpis", timeout=120).json()["values"]
        assert {kpi["id"]: kpi["value"] for kpi in orders}["orders"] == 4


def test_a_reader_who_leaves_is_forgotten() -> None:
    async def run() -> int:
        with Shop.open(small_shop.made()) as shop:
            app = create_app(shop)
            gone, heard = asyncio.Event(), asyncio.Event()
            asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

            async def receive() -> dict[str, object]:
                for message in asked:
                    return message
                await gone.wait()
                return {"type": "http.disconnect"}

            async def send(message: dict[str, object]) -> None:
                if b"data:" in message.get("body", b""):  # type: ignore[operator]
                    heard.set()

            scope = {
                "type": "http",
                "method": "GET",
                "path": "/api/v1/events",
                "raw_path": b"/api/v1/events",
                "query_string": b"",
                "headers": [(b"host", b"localhost")],
                "http_version": "1.1",
                "scheme": "http",
                "client": ("127.0.0.1", 1),
                "server": ("127.0.0.1", 2),
                "root_path": "",
            }
            reader = asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
            await asyncio.wait_for(heard.wait(), 30)
            assert app.state.watch.followers == 1
            gone.set()
            await asyncio.wait_for(reader, 30)
            return int(app.state.watch.followers)

    assert asyncio.run(run()) == 0


def test_on_every_network_the_first_owner_joins_by_the_printed_link_once(tmp_path: Path) -> None:
    with served(small_shop.copied(tmp_path), "host='0.0.0.0'") as server, httpx.Client(timeout=120) as browser:
        link = re.search(r"Join as its owner, once: (\S+)", server.said)
        assert link
        assert httpx.get(server.address, timeout=120).status_code == 401
        me = {"email": "ana@shop.example", "name": "Ana", "password": "mi perro come lechuga"}
        assert browser.post(link[1], data=me).status_code == 303
        assert browser.get(server.address).status_code == 200
        assert httpx.get(link[1]).status_code == 410
        assert httpx.post(link[1], data=me).status_code == 410


def test_a_new_start_prints_a_new_link_and_ends_the_old_one(tmp_path: Path) -> None:
    shop, said = small_shop.copied(tmp_path), []
    for _ in range(2):
        with served(shop, "host='0.0.0.0'") as server:
            found = re.search(r"Join as its owner, once: \S+(/join/\S+)", server.said)
            assert found
            said.append(found[1])
            old = httpx.get(f"{server.address}{said[0]}", timeout=120)
            assert old.status_code == (200 if len(said) == 1 else 410)


def test_a_taken_port_is_refused_before_anything_is_served() -> None:
    with Shop.open(small_shop.made()) as shop, socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(UsageError, match="already in use"):
            serve(shop, port=taken.getsockname()[1])
        with pytest.raises(UsageError, match="address"):
            serve(shop, host="no-such-host.invalid", port=0)
