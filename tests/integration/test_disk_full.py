"""A disk that is really full: it is told, nothing that was acknowledged is lost, and all goes on when there is room."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

import disks
import postgres
import small_shop
from disks import Disk
from periplo.access import Access
from periplo.errors import CannotWrite
from periplo.server import create_app
from periplo.workspace import Shop, backups
from periplo.workspace.recording import MOVED_AT_ONCE
from serving import served
from support_access import ELSEWHERE, PASSWORD, Browser, Clock, peopled, quick_hashes
from support_collect import basic, batch, track, verdicts


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with disks.small(tmp_path / "disk", 24) as found:
        yield found


@pytest.fixture
def shop(disk: Disk) -> Iterator[Shop]:
    with Shop.open(shutil.copytree(small_shop.copied(disk.path.parent), disk.path / "shop")) as opened:
        opened.sources.add("web")
        yield opened


def many(number: int) -> tuple[list[str], bytes]:
    """A request of messages that do not pack well, and their ids."""
    ids = [f"{number}-{each}" for each in range(40)]
    return ids, batch(*(track(number, messageId=one, properties={"noise": _noise(one)}) for one in ids))


def _noise(one: str) -> str:
    return "".join(f"{hash((one, each)) & (1 << 60) - 1:x}" for each in range(40))


def assert_told(answer: httpx.Response, name: str) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]
    assert name in answer.text
    assert "Free some space" in answer.text
    assert "Traceback" not in answer.text


def send_until_full(client: httpx.Client, name: str) -> tuple[list[str], bytes]:
    """What was acknowledged before the first refusal, and what was refused."""
    kept: list[str] = []
    for number in range(1_000):
        ids, content = many(number)
        answer = client.post("/v1/batch", content=content)
        if answer.status_code != 200:
            assert_told(answer, name)
            return kept, content
        kept += ids
    raise AssertionError("the disk never filled")


def archived(shop: Shop) -> Counter[str]:
    shop.archive()
    return Counter(shop._stores.lake.now().scan(["event_id"]).read_all()["event_id"].to_pylist())


def test_a_server_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    disk: Disk, shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    key = basic(shop.sources.all()[0].write_key)
    disk.fill(1 << 20)
    with served(shop.path) as server, httpx.Client(base_url=server.address, headers=key, timeout=60) as client:
        kept, refused = send_until_full(client, "log.db")
        assert client.get("/healthz").status_code == 200
        assert "disk" in client.get("/readyz").json()["faults"]
        shown = [client.get(path).status_code for path in ("/", "/customers", "/api/v1/kpis")]
        assert shown == [200] * 3  # as far as identity could read
        disk.free()
        assert verdicts(client.post("/v1/batch", content=refused)) == ["accepted"] * 40
        assert client.get("/api/v1/kpis").status_code == 200
        assert server.stop() == 0
    said = capfd.readouterr().err
    assert "Traceback" not in said
    assert "Events could not be written: log.db cannot be written: the disk is full" in said
    found = archived(shop)
    assert set(kept) <= found.keys()
    assert set(found.values()) == {1}
    assert shop._stores.identity.cursor() == shop._stores.log.settled() or shop.journeys()


def test_a_full_disk_lets_nobody_in_but_who_is_in_stays(
    disk: Disk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_hashes(monkeypatch)
    shop.access.close()
    clock = Clock()
    shop.access = Access(peopled(shop.path), now_us=clock)
    with TestClient(create_app(shop, local=False), base_url=ELSEWHERE) as client:
        secret = shop.access.entrance.sign_in("owner@shop.example", PASSWORD, "192.0.2.1")
        assert Browser(client, secret).get("/").status_code == 200
        disk.fill()
        clock.pass_s(61)  # after a minute it is noted that a session was used
        form = {"email": "editor@shop.example", "password": PASSWORD}
        assert_told(client.post("/sign-in", data=form, headers={"Origin": ELSEWHERE}), "access.db")
        assert Browser(client, secret).get("/").status_code == 200
        disk.free()
        entered = client.post("/sign-in", data=form, headers={"Origin": ELSEWHERE}, follow_redirects=False)
        assert entered.status_code == 303


@pytest.mark.parametrize("left", [0, 100_000])
def test_archiving_waits_for_room_and_then_moves_all_of_it_once(disk: Disk, shop: Shop, left: int) -> None:
    source = shop.sources.all()[0]
    with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
        for number in range(20):
            client.post("/v1/batch", content=many(number)[1], headers=basic(source.write_key))
    live = shop._stores.log.count()
    assert 800 <= live < MOVED_AT_ONCE
    disk.fill(left)
    for _ in range(2):
        with pytest.raises(CannotWrite, match="the disk is full"):
            shop.archive()
        assert shop._stores.count() == live
    disk.free()
    found = archived(shop)
    assert (len(found), set(found.values())) == (live, {1})
    assert not shop._stores.log.count()


def test_the_cache_can_be_done_without(disk: Disk, shop: Shop, tmp_path: Path) -> None:
    before = shop.read_map()
    shutil.rmtree(shop.path / "cache")
    disk.fill()
    with Shop.open(shop.path) as other:
        assert other.read_map() == before
        assert other.search("ana")
        assert other.journeys().columns.properties.names()
    left = {file.name for file in shop.path.glob("cache/*") if file.is_file() or list(file.iterdir())}
    assert not left, "a disk that is full keeps what nobody can use"


@pytest.mark.parametrize("left", [50_000, 400_000, 1_000_000])
def test_an_import_that_finds_the_disk_full_has_not_happened(disk: Disk, shop: Shop, tmp_path: Path, left: int) -> None:
    rows = (track(n, messageId=f"i{n}", properties={"noise": _noise(str(n))}) for n in range(3_000))
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, rows)))
    before, files = shop._stores.count(), {*shop.path.glob("lake/events/*.parquet")}
    disk.fill(left)
    with pytest.raises(CannotWrite, match="the disk is full"):
        shop.import_files([tmp_path / "events.jsonl"])
    assert (shop._stores.count(), {*shop.path.glob("lake/events/*.parquet")}) == (before, files)
    disk.free()
    assert shop.import_files([tmp_path / "events.jsonl"]).accepted == 3_000
    assert set(archived(shop).values()) == {1}


def test_a_backup_onto_a_full_disk_leaves_those_that_were_there(disk: Disk, tmp_path: Path) -> None:
    with Shop.open(small_shop.copied(tmp_path)) as shop:
        kept = shop.back_up(disk.path / "kept")
        for left in (0, 50_000):
            disk.fill(left)
            with pytest.raises(CannotWrite, match="could not be"):
                shop.back_up(disk.path / "kept")
            assert backups(disk.path / "kept") == [kept]
            assert not list(disk.path.glob("kept/.making-*"))
            disk.free()
        shop.back_up(disk.path / "kept")
    assert len(backups(disk.path / "kept")) == 2


def test_a_shop_on_a_full_disk_is_backed_up_to_another(disk: Disk, shop: Shop, tmp_path: Path) -> None:
    shop.back_up(tmp_path / "kept")
    disk.fill()
    shop.back_up(tmp_path / "kept")
    assert len(backups(tmp_path / "kept")) == 2


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that other users reach too: PostgreSQL does not run as root."""
    with TemporaryDirectory(prefix="periplo-disk-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_what_a_full_disk_does_to_postgresql_is_told_and_loses_nothing(elsewhere: Path, tmp_path: Path) -> None:
    with disks.small(elsewhere / "disk", 160) as disk, postgres.own(disk.path) as own:
        (tmp_path / "periplo.toml").write_text(f'name = "Gifts"\ndatabase = "{own.url}"\n')
        with Shop.open(tmp_path) as shop:
            key = basic(shop.sources.add("web").write_key)
            with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
                client.headers.update(key)
                assert verdicts(client.post("/v1/batch", content=many(0)[1])) == ["accepted"] * 40
                disk.fill(300_000)
                kept, refused = send_until_full(client, "")
                disk.free()
                assert answered(own, client, refused) == ["accepted"] * 40
            found = archived(shop)
    assert set(kept) <= found.keys()
    assert set(found.values()) == {1}


def answered(own: postgres.Own, client: Any, content: bytes) -> list[str]:
    """Once there is room; a server that the full disk has ended is started, as its service would do it."""
    until = time.monotonic() + 60
    while True:
        answer = client.post("/v1/batch", content=content)
        if answer.status_code == 200:
            return verdicts(answer)
        assert answer.status_code == 503, answer.text
        assert time.monotonic() < until, answer.text
        own.start()
        time.sleep(0.1)
