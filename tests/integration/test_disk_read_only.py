"""A disk that lets nobody write any more: what can be shown is shown, the rest says why, and all goes on afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner

import disks
import small_shop
from periplo.cli.main import app
from periplo.errors import CannotWrite
from periplo.server import create_app
from periplo.workspace import Shop
from serving import served
from support_collect import basic, batch, track, verdicts


def made(folder: Path) -> tuple[Path, dict[str, str]]:
    """A shop whose archive and map are ready, and the headers of its source."""
    shop = small_shop.copied(folder)
    with Shop.open(shop) as opened:
        key = basic(opened.sources.add("web").write_key)
        opened.archive()
        opened.read_map()
    return shop, key


def doctor(shop: Path) -> str:
    told = CliRunner().invoke(app, ["doctor", str(shop)])
    assert told.exit_code == 1
    return " ".join(told.stdout.split())


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "cannot_write")
    assert answer.headers["retry-after"]
    assert "log.db cannot be written" in answer.text


def test_a_disk_that_fails_under_a_server(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with disks.failing(tmp_path / "disk", 64) as disk:
        first, key = made(tmp_path)
        shop = Path(shutil.copytree(first, disk.path / "shop"))
        with served(shop) as server, httpx.Client(base_url=server.address, headers=key, timeout=60) as client:
            assert verdicts(client.post("/v1/batch", content=batch(track(1)))) == ["accepted"]
            shown = client.get("/api/v1/kpis").json()
            disk.fail()
            assert_refused(client.post("/v1/batch", content=batch(track(1), track(2))))
            assert "may only be read" in client.get("/readyz").json()["faults"]["disk"]
            assert client.get("/api/v1/kpis").json() == shown
            assert client.get("/").status_code == 200
            assert "The folder of the shop may only be read" in doctor(shop)
    assert "Traceback" not in capfd.readouterr().err


def test_a_shop_on_a_disk_that_may_only_be_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with disks.small(tmp_path / "disk", 64) as disk:
        first, key = made(tmp_path)
        with Shop.open(first) as opened:  # as after a kill: what was written last is in the write-ahead log alone
            opened.record([small_shop.event("Page Viewed", "2026-03-02 10:00", user_id="eva")])
            shop = Path(shutil.copytree(first, disk.path / "shop"))
        disk.read_only()
        with Shop.open(shop) as opened, TestClient(create_app(opened), base_url="http://127.0.0.1") as client:
            assert client.get("/").status_code == 200
            assert client.get("/api/v1/customers").json()["customers"]
            assert "may only be read" in client.get("/readyz").json()["faults"]["disk"]
            assert_refused(client.post("/v1/batch", content=batch(track(1)), headers=key))
            with pytest.raises(CannotWrite, match="may only be read"):
                opened.archive()
        assert not [line for line in caplog.records if line.exc_info]
        disk.writable()
        with Shop.open(shop) as opened:
            assert opened.archive() == 1
            assert opened.journeys().columns.events == opened._stores.count()


def test_a_server_that_cannot_read_its_shop_does_not_start(tmp_path: Path) -> None:
    """Where the databases were closed in order, they cannot be opened without writing."""
    with disks.small(tmp_path / "disk", 64) as disk:
        shop = Path(shutil.copytree(made(tmp_path)[0], disk.path / "shop"))
        disk.read_only()
        with pytest.raises(CannotWrite, match=r"log\.db cannot be written: its folder may only be read"):
            Shop.open(shop)
        assert "The folder of the shop may only be read" in doctor(shop)
