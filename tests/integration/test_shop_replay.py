"""Refused rows go in once their cause is mended, and no row goes in twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from periplo.errors import UnknownName
from periplo.workspace import Shop
from support_shop import message, write_messages

pytestmark = pytest.mark.usefixtures("database")

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def orders(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
    return file


def test_rows_that_are_mended_go_in_and_leave_the_quarantine(shop: Shop, tmp_path: Path) -> None:
    good = "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"
    negative = '536366,22633,"WARMER, HAND",6,2010-12-01 08:28:00,-1.85,17850,United Kingdom'
    undated = "536367,84879,BIRD,32,never,1.69,13047,United Kingdom"
    report = shop.import_files([orders(tmp_path, good, negative, undated)], preset="order-lines")
    assert (report.accepted, report.rejected) == (1, 2)
    first = next(row for row in shop.quarantine.list() if row.field == "UnitPrice")

    mended = shop.replay_quarantine(mended={first.reject_id: first.raw.replace("-1.85", "1.85")})
    assert (mended.read, mended.accepted, mended.rejected, mended.events) == (2, 1, 1, 2)
    assert [row.raw for row in shop.quarantine.list()] == [undated]
    assert [row.raw for row in shop.quarantine.list(replayed=True)] == [negative]
    timeline = shop.timeline(shop.customer_number("17850"))
    assert timeline["order_id"].to_pylist() == ["536365", "536366"]


def test_replaying_again_adds_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.import_files([orders(tmp_path, "1,A,B,6,2010-12-01 08:26:00,-2,7,Spain")], preset="order-lines")
    for _ in range(2):
        report = shop.replay_quarantine()
        assert (report.read, report.accepted, report.rejected, shop.quarantine.count()) == (1, 0, 1, 1)
    row = shop.quarantine.list()[0]
    assert shop.replay_quarantine(mended={row.reject_id: row.raw.replace("-2", "2")}).accepted == 1
    assert (
        shop.replay_quarantine(only=[row.reject_id], mended={row.reject_id: row.raw.replace("-2", "2")}).accepted == 0
    )


def test_a_mended_mapping_reads_them(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    good = [f"ana{day};{day}/01/2026 10:00;Page Viewed" for day in range(10, 30)]
    file.write_text("\n".join(["user;time;event", *good, "leo;soon;Page Viewed", ""]), "utf-8")
    plan = shop.import_files([file], dry_run=True).plan
    mapping = tmp_path / "visits.yaml"
    mapping.write_text(next(iter(plan.mappings.values())), "utf-8")
    assert shop.import_files([file], mapping=mapping).rejected == 1
    row = shop.quarantine.list()[0]
    report = shop.replay_quarantine(mapping=mapping, mended={row.reject_id: "leo;01/02/2026 11:00;Page Viewed"})
    assert (report.accepted, shop.quarantine.count(), report.events) == (1, 0, 21)


def test_rows_with_dates_in_several_ways_go_in_at_once(shop: Shop, tmp_path: Path) -> None:
    rows = ("A,B,6", "2.55,17850,Spain")
    good = [f"{number},{rows[0]},2010-12-{number:02} 08:26:00,{rows[1]}" for number in range(1, 9)]
    others = [f"{n},{rows[0]},{when},{rows[1]}" for n, when in ((21, "13.12.2010 09:00"), (22, '"14 dic 2010 10:00"'))]
    never = f"23,{rows[0]},never,{rows[1]}"
    assert shop.import_files([orders(tmp_path, *good, *others, never)], preset="order-lines").rejected == 3
    report = shop.replay_quarantine()
    assert (report.read, report.accepted, report.rejected, report.events) == (3, 2, 1, 10)
    assert [row.raw for row in shop.quarantine.list()] == [never]


def test_json_rows_and_several_files_at_once(shop: Shop, tmp_path: Path) -> None:
    write_messages(tmp_path / "a.jsonl", [message(1), '{"type": "track", "messageId": "m2"'])
    write_messages(tmp_path / "b.jsonl", [message(3), "nonsense"])
    shop.import_files([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    rows = {row.file: row for row in shop.quarantine.list()}
    whole = write_messages(tmp_path / "whole.json", [message(2)]).read_text("utf-8").strip()
    report = shop.replay_quarantine(mended={rows["a.jsonl"].reject_id: whole})
    assert (report.accepted, report.rejected) == (1, 1)
    assert [row.file for row in shop.quarantine.list()] == ["b.jsonl"]


def test_rows_that_nobody_refused(shop: Shop) -> None:
    assert shop.replay_quarantine().read == 0
    with pytest.raises(UnknownName):
        shop.replay_quarantine(only=["abc"])


def test_more_rows_than_are_read_at_once(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.replay.ROWS_AT_ONCE", 3)
    write_messages(tmp_path / "a.jsonl", [message(0), *(f"nonsense {n}" for n in range(10))])
    shop.import_files([tmp_path / "a.jsonl"])
    whole = {
        row.reject_id: write_messages(tmp_path / "one", [message(row.line)]).read_text("utf-8").strip()
        for row in shop.quarantine.list()
        if row.line % 2
    }
    report = shop.replay_quarantine(mended=whole)
    assert (report.read, report.accepted, report.rejected, shop.quarantine.count()) == (10, 5, 5, 5)
