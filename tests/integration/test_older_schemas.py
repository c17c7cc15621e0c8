"""What an older release left is opened by this one: in a file or in PostgreSQL, every row is there, and none twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree, ignore_patterns
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import postgres
from older import age
from periplo.access import Role
from periplo.log import Database, Log, Quarantine, Reading, Receipt, Received, Sources, Tallies, open_log
from periplo.log.sequence import places, put
from periplo.log.tables import HEAD, event, receipt
from periplo.workspace import Shop
from support_access import joined, session
from support_events import event as made
from support_shop import contents, messy_messages, write_messages

HAD = {
    "0001": ("events", "refused"),
    "0002": ("events", "refused", "sources"),
    "0003": ("events", "refused", "sources", "counts"),
    "0004": ("events", "refused", "sources", "counts"),
}
"""What the log could keep at each migration before the newest."""

EVENTS = [made(f"e{number}", minute=number) for number in range(4)]
SENT = [{"type": "track", "event": "Product Viewed", "messageId": f"m{n}", "anonymousId": "a"} for n in range(3)]


def empty(kind: str, folder: Path, name: str = "older") -> str:
    """The URL of a database with nothing in it, not even a schema."""
    return postgres.database() if kind == "postgresql" else f"sqlite:///{folder}/{name}.db"


def received() -> Received:
    how = Receipt(source="web", received_us=1_700_000_000_000_000, context=b'{"locale":"es"}')
    return Received(how, [one["messageId"] for one in SENT], list(map(msgspec.json.encode, SENT)))


def fill(log: Database, *, messages: bool) -> None:
    Log(log).append(EVENTS)
    if messages:
        Log(log).commit([received()])
    row = {"reject_id": "r1", "file": "a.csv", "line": 7, "field": "price", "reason": "bad", "values": {"a": "1"}}
    row |= {"header": "id,price", "raw": "ñ,\udcff," + "long " * 1000, "rule": ""}
    Quarantine(log).put("i1", Reading("order-lines", "event: A"), [SimpleNamespace(**row)])
    Sources(log).add("web", origins=["https://shop.example"])
    counts = Tallies(log)
    counts.add("web", "late")
    counts.flush()


def kept(log: Database) -> dict[str, Any]:
    return {
        "events": Log(log).read().to_pylist(),
        "refused": Quarantine(log).list(replayed=None),
        "sources": Sources(log).all(),
        "counts": Tallies(log).since(date.min),
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("revision", HAD)
def test_a_log_of_an_older_release(kind: str, revision: str, tmp_path: Path) -> None:
    today = open_log(tmp_path / "today.db")
    fill(today, messages=revision > "0001")
    before, place = kept(today), empty(kind, tmp_path)
    age(place, today, revision)
    log = open_log(place)
    assert kept(log) == {name: before[name] if name in HAD[revision] else [] for name in before}
    assert log.revision() == HEAD
    assert Log(log).append([*EVENTS, made("new")]) == 1
    assert Log(log).commit([received()]) == [[0, 1, 2] if revision > "0001" else []]
    assert len(Log(log).keys()) == len(set(Log(log).keys())) == len(EVENTS) + len(SENT) + 1
    assert open_log(place).revision() == HEAD, "opened once more, nothing is done"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_an_older_release_had_archived_is_not_expected_in_the_log(kind: str, tmp_path: Path) -> None:
    """It took out of the log what the archive held; today the log keeps it some days more."""
    today, place = open_log(tmp_path / "today.db"), empty(kind, tmp_path)
    fill(today, messages=True)
    with today.writing() as connection:
        put(connection, trimmed=5)
        connection.execute(event.delete().where(event.c.seq <= 5))
    age(place, today, "0003")
    log = open_log(place)
    assert Log(log).read()["seq"].to_pylist() == [6, 7]
    with log.writing() as connection:
        assert (places(connection).trimmed, places(connection).dropped, places(connection).last) == (5, 5, 7)
        assert len(connection.execute(receipt.select()).all()) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_whole_shop_of_an_older_release(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = write_messages(tmp_path / "a.jsonl", messy_messages(7, 200))
    with Shop.create(tmp_path / "today") as shop:
        shop.import_files([messages])
        shop.record(EVENTS)
        joined(shop.access, "owner@shop.example", Role.OWNER)
        secret, before = session(shop.access, "owner@shop.example"), contents(shop)
        audit = shop.access.audit.list()
        copytree(tmp_path / "today", tmp_path / "older", ignore=ignore_patterns("*.db*"))
        url = postgres.database() if kind == "postgresql" else ""
        for room, today in shop.condition.databases().items():
            age(url or f"sqlite:///{tmp_path}/older/{room}.db", today, {"log": "0003"}.get(room, "0001"))
    monkeypatch.setenv("PERIPLO_DATABASE", url)
    with Shop.open(tmp_path / "older") as shop:
        assert contents(shop) == before
        assert shop.access.audit.list() == audit
        assert shop.access.sessions.visitor(secret)
        assert (shop.archive(), shop.record(EVENTS), shop.import_files([messages]).accepted) == (len(EVENTS), 0, 0)
        assert contents(shop) == before
