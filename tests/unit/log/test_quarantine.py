"""The quarantine keeps refused rows whole, once, and finds them again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from periplo.errors import UnknownName
from periplo.log import Database, Quarantine, Reading, open_log

HOW = Reading("order-lines", None)


@pytest.fixture
def kept(place: str) -> Database:
    return open_log(place)


@pytest.fixture
def quarantine(kept: Database) -> Quarantine:
    return Quarantine(kept)


def refused(line: int, **changes: Any) -> SimpleNamespace:
    usual = {
        "reject_id": f"{line:08x}",
        "file": "orders.csv",
        "line": line,
        "field": "price",
        "reason": "The price {price} is negative.",
        "values": {"price": "-3"},
        "header": "id,price",
        "raw": f"{line},-3",
        "rule": "",
    }
    return SimpleNamespace(**(usual | changes))


def test_a_refused_row_comes_back_whole(quarantine: Quarantine) -> None:
    raw = "ñ,\udcff,\x00," + "long " * 1000
    quarantine.put("i1", HOW, [refused(7, raw=raw)])
    row = quarantine.show("00000007")
    assert (row.raw, row.file, row.line, row.header, row.import_id) == (raw, "orders.csv", 7, "id,price", "i1")
    assert row.tell("en") == "The price -3 is negative."
    assert row.replayed_at is None


def test_ten_megabytes_in_a_field_are_kept_small(quarantine: Quarantine, kept: Database) -> None:
    before = kept.size()
    quarantine.put("i1", HOW, [refused(1, raw="x" * 10_000_000)])
    assert len(quarantine.show("00000001").raw) == 10_000_000
    assert kept.size() - before < 1_000_000


def test_the_same_row_is_kept_once(quarantine: Quarantine) -> None:
    assert quarantine.put("i1", HOW, [refused(1), refused(2), refused(1)]) == 2
    assert quarantine.put("i2", HOW, [refused(2), refused(3)]) == 1
    assert quarantine.count() == 3
    assert quarantine.show("00000002").import_id == "i1"
    assert quarantine.put("i3", HOW, []) == 0


def test_pages_and_filters(quarantine: Quarantine) -> None:
    quarantine.put("i1", HOW, [refused(line) for line in range(1, 8)])
    quarantine.put("i1", HOW, [refused(99, file="b.csv", field="date")])
    assert [row.line for row in quarantine.list(limit=3, offset=2, file="orders.csv")] == [3, 4, 5]
    assert [row.line for row in quarantine.list(field="date")] == [99]
    assert (quarantine.count(file="orders.csv"), quarantine.count(field="date"), quarantine.count(file="x")) == (
        7,
        1,
        0,
    )


def test_replayed_rows_leave_the_list_and_stay_in_the_record(quarantine: Quarantine) -> None:
    quarantine.put("i1", HOW, [refused(1), refused(2)])
    quarantine.mark_replayed(["00000001"])
    assert [row.line for row in quarantine.list()] == [2]
    assert [row.line for row in quarantine.list(replayed=True)] == [1]
    assert quarantine.count(replayed=None) == 2
    assert quarantine.show("00000001").replayed_at is not None


def test_the_beginning_of_an_id_is_enough_when_it_is_the_only_one(quarantine: Quarantine) -> None:
    quarantine.put("i1", HOW, [refused(1, reject_id="abc1"), refused(2, reject_id="abd2")])
    assert quarantine.show("abc").line == 1
    with pytest.raises(UnknownName):
        quarantine.show("ab")
    with pytest.raises(UnknownName, match="abc1"):
        quarantine.show("abc9")
    with pytest.raises(UnknownName):
        quarantine.show("%")


def test_how_an_import_read_its_rows_is_kept(quarantine: Quarantine) -> None:
    quarantine.put("i1", Reading("mapping", "columns: {}\n"), [refused(1)])
    quarantine.put("i1", Reading("mapping", "columns: {}\n"), [refused(2)])
    assert quarantine.readings() == {"i1": Reading("mapping", "columns: {}\n")}
