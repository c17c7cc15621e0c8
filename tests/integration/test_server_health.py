"""The server tells programs how it does: it lives, it can work, and its measures; and who may hear of them."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.access import Limits, Permission, Role
from periplo.operation.beside import Beside
from periplo.operation.lines import JsonLines, TextLines
from periplo.server import create_app
from periplo.workspace import Shop
from serving import measured
from support_access import ELSEWHERE, TEST, joined
from support_collect import Client, basic, batch, track


class AtTheMachine:
    """A server that is asked from its own machine."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope | {"client": ("127.0.0.1", 50_000)}, receive, send)


def at_the_machine(shop: Shop, **more: Any) -> TestClient[Any]:
    return TestClient(AtTheMachine(create_app(shop, **more)), base_url="http://127.0.0.1")


def test_it_lives_and_can_work(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.head("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "faults": {}})


def test_who_watches_needs_no_name_and_no_account(shop: Shop) -> None:
    joined(shop.access, "owner@shop.example", Role.OWNER)
    with TestClient(create_app(shop, local=False), base_url="http://10.0.0.9") as watcher:
        for path in ("/healthz", "/readyz"):
            assert watcher.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 200


def test_it_says_which_part_keeps_it_from_work(shop: Shop, tmp_path: Path) -> None:
    (shop.path / "lake").rename(tmp_path / "away")
    app = create_app(shop)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["ready"] is False
        assert answer.json()["faults"].keys() == {"archive"}
        assert client.get("/healthz").status_code == 200
        (tmp_path / "away").rename(shop.path / "lake")
        assert client.get("/readyz").status_code == 200
        app.state.health.stopping = True
        assert client.get("/readyz").json()["faults"].keys() == {"stopping"}


@pytest.mark.parametrize(
    ("setting", "fault"), [("least_free_mb = 1000000000", "disk"), ("most_lag_s = 1", "lag"), ("most_lag_s = 0", None)]
)
def test_limits_are_settings(tmp_path: Path, setting: str, fault: str | None) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "periplo.toml").write_text(f"[health]\n{setting}\n", "utf-8")
    with Shop.open(tmp_path / "shop") as shop:
        key = shop.sources.add("web").write_key
        with at_the_machine(shop) as client:
            client.post("/v1/batch", content=batch(track(1)), headers=basic(key))
            with shop._stores.log_database.writing() as connection:
                connection.exec_driver_sql("UPDATE receipt SET received_us = received_us - 5000000")
            assert client.get("/readyz").json()["faults"].keys() == ({fault} if fault else set())
            if fault == "lag":
                shop.journeys()
                assert client.get("/readyz").status_code == 200


def test_what_is_counted(shop: Shop, key: str) -> None:
    with at_the_machine(shop) as client:
        client.post("/v1/batch", content=batch(track(1), track(2), {"type": "track"}), headers=basic(key))
        client.post("/v1/batch", content=batch(track(2)), headers=basic(key))
        client.post("/v1/batch", content=batch(track(3)), headers=basic("wrong"))
        client.get("/v1/projects/x/settings")
        client.get("/static/nothing.css")
        client.request("SECRET", "/nowhere/ana@shop.example?token=x")
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = measured(answer.text)
    assert found["periplo_events_total", "web", "accepted"] == 2
    assert found["periplo_events_total", "web", "duplicate"] == 1
    assert found["periplo_events_total", "web", "quarantined"] == 1
    assert found["periplo_collect_refused_total", "unknown_write_key"] == 2
    assert found["periplo_request_seconds_count", "POST", "/v1/batch", "200"] == 2
    assert found["periplo_request_seconds_count", "POST", "/v1/batch", "401"] == 1
    assert found["periplo_request_seconds_count", "GET", "/v1/projects/{key}/settings", "401"] == 1
    assert found["periplo_request_seconds_count", "GET", "/static/{name}", "404"] == 1
    assert any(name[:3] == ("periplo_request_seconds_count", "other", "no route") for name in found)
    assert found["periplo_log_tail_events",] == 2
    assert found["periplo_consumer_lag_events", "identity"] == 2
    assert 0 <= found["periplo_consumer_lag_seconds", "identity"] < 600
    assert found["periplo_quarantine_rows",] == 1
    assert found["periplo_ready",] == 1
    assert found["periplo_collect_queue_bytes",] == 0
    assert {"log", "state", "archive"} <= {name[1] for name in found if name[0] == "periplo_store_bytes"}
    assert "ana@" not in answer.text
    assert "SECRET" not in answer.text


def test_a_worker_that_does_not_come_up_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.operation.beside.PAUSES_S", (0.001,))
    worker = Beside("no_such_module", [], lambda _: None)
    with at_the_machine(shop, worker=worker) as client:
        assert client.get("/readyz").status_code == 200
        worker.start()
        while worker.in_a_row < 3:
            assert client.get("/healthz").status_code == 200
        answer, found = client.get("/readyz"), measured(client.get("/metrics").text)
        worker.stop()
    assert (answer.status_code, answer.json()["faults"].keys()) == (503, {"worker"})
    assert (found["periplo_ready",], found["periplo_worker_deaths",] >= 3) == (0, True)


def test_measures_are_for_the_machine_itself_and_for_tokens_with_the_scope(shop: Shop) -> None:
    joined(shop.access, "owner@shop.example", Role.OWNER)
    _, token = shop.access.tokens.make("prometheus", [Permission.OPERATION], 1, TEST)
    _, other = shop.access.tokens.make("other", [Permission.NUMBERS], 1, TEST)
    with at_the_machine(shop) as client:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={"Host": "evil.example"}).status_code == 401
        assert client.get("/metrics", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
        assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
        assert client.get("/metrics", headers={"Via": "1.1 proxy"}).status_code == 401
    with TestClient(create_app(shop, local=False, limits=Limits()), base_url=ELSEWHERE) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": f"Bearer {other}"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200


class Lines(logging.Handler):
    """Keeps what is told, in both forms."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        line = JsonLines().format(record)
        self.told.append(json.loads(line))
        self.text += f"{line}\n{TextLines().format(record)}\n"


@pytest.fixture
def lines() -> Any:
    handler, logger = Lines(), logging.getLogger("periplo")
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_a_request_is_told_by_its_route_and_id_and_nobody_is_named(shop: Shop, key: str, lines: Lines) -> None:
    person = {"email": "ana@shop.example", "phone": "+34 612 345 678"}
    with at_the_machine(shop) as client:
        sent = client.post(
            "/v1/batch?writeKey=" + key,
            content=batch(track(1, userId="ana@shop.example", context={"traits": person})),
            headers={"X-Request-Id": "from-the-proxy", "Cookie": "secret=1", "X-Forwarded-For": "203.0.113.9"},
        )
        asked = client.get("/api/v1/search?q=ana@shop.example", headers={"X-Request-Id": "bad id!"})
    assert sent.headers["x-request-id"] == "from-the-proxy"
    assert re.fullmatch("[0-9a-f]{32}", asked.headers["x-request-id"])
    first, second = (one for one in lines.told if one["text"] == "request")
    assert (first["request"], first["route"], first["status"], first["level"]) == (
        "from-the-proxy",
        "/v1/batch",
        200,
        "debug",
    )
    assert (second["request"], second["route"], second["level"]) == (
        asked.headers["x-request-id"],
        "/api/v1/search",
        "info",
    )
    for private in ("ana", "612", "secret", key, "203.0.113.9", "writeKey"):
        assert private not in lines.text


def test_a_fault_is_told_whole_but_for_what_is_private(
    shop: Shop, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("ana@shop.example could not be read from postgresql://shop:secret@db/shop")

    monkeypatch.setattr(Shop, "search", broken)
    with TestClient(create_app(shop), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        assert client.get("/api/v1/search?q=ana").status_code == 500
    told = next(one for one in lines.told if "error" in one)
    assert "RuntimeError" in told["error"]
    assert "in broken" in told["error"]
    assert told["request"]
    assert "ana@" not in lines.text
    assert "secret" not in lines.text
