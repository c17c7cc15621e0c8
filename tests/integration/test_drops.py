"""Drop folders: whole files go in once and are put away with a report; unfinished ones wait; bad ones say why."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from periplo.errors import ShopBusy
from periplo.intake.dropped import SETTLED_S, Waiting
from periplo.workspace import Shop
from periplo.workspace.dropping import Drops
from searching import found_in

SETTINGS = """
name = "x"
country = "ES"
[drops.till]
preset = "store-tickets"
[drops.any]
folder = "elsewhere"
"""
TICKETS = """ticket,time,total,store,loyalty_card,email,phone
T1,2026-11-20 10:00:00,12.50,Vigo,L-1,ana@example.com,
T2,2026-11-20 11:00:00,3.00,Vigo,,,600111222
T3,never,3.00,Vigo,,,600111222
"""
CALLS = """call_id,time,phone,email,subject,order_id,resolved_at
C1,2026-11-21 10:00,600111222,,Where is it,T2,2026-11-21 10:30
C2,2026-11-22 10:00,,ana@example.com,Invoice,,
"""
STOCK = """product_id,channel,stock,price,currency,updated_at
p1,web,7,12.50,EUR,2026-11-21 08:00
p1,store,0,13.00,EUR,2026-11-21 08:00
"""
COSTS = """date,platform,campaign,cost,currency,impressions,clicks
2026-11-19,google,autumn,100.00,EUR,5000,50
2026-11-20,google,autumn,50.00,EUR,3000,20
2026-11-20,meta,winter,30.00,EUR,900,9
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "periplo.toml").write_text(SETTINGS, "utf-8")
    with Shop.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def drops(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Drops:
    monkeypatch.setattr("periplo.intake.dropped.SETTLED_S", 0.0)
    found = Drops(shop._stores)
    found.look()
    return found


def test_a_file_that_grows_waits_until_it_rests(tmp_path: Path) -> None:
    now = [0.0]
    waiting = Waiting(tmp_path, lambda: now[0])
    file = tmp_path / "a.csv"
    file.write_text("one")
    for name in (".hidden.csv", "b.csv.part", "c.TMP"):
        (tmp_path / name).write_text("x")
    assert waiting.whole() == []
    now[0] = SETTLED_S - 1
    file.write_text("one two")
    assert waiting.whole() == []
    now[0] += SETTLED_S - 1
    assert waiting.whole() == []
    now[0] += 1
    assert waiting.whole() == [file]


def test_a_whole_file_is_imported_and_put_away_with_its_numbers(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "drops" / "till"
    (folder / "a.csv").write_text(TICKETS, "utf-8")
    assert drops.look() == 3
    assert (folder / "done" / "a.csv").read_text("utf-8") == TICKETS
    told = json.loads((folder / "done" / "a.csv.report.json").read_bytes())
    assert (told["preset"], told["accepted"], told["rejected"]) == ("store-tickets", 2, 1)
    assert shop.quarantine.count() == 1
    timeline = shop.timeline(shop.customer_number("ana@example.com"))
    assert (timeline["channel"].to_pylist(), timeline["revenue_minor"].to_pylist()) == (["store"], [1250])


def test_a_file_that_comes_again_adds_nothing_and_keeps_both(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "drops" / "till"
    for _ in range(2):
        (folder / "a.csv").write_text(TICKETS, "utf-8")
        drops.look()
    assert {one.name for one in (folder / "done").glob("*.csv")} == {"a.csv", "a-2.csv"}
    assert json.loads((folder / "done" / "a-2.csv.report.json").read_bytes())["accepted"] == 0
    assert shop.journeys().columns.events == 2


def test_a_file_that_cannot_be_read_says_why(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "drops" / "till"
    (folder / "a.csv").write_text("some,other\n1,2\n", "utf-8")
    assert drops.look() == 0
    told = json.loads((folder / "failed" / "a.csv.report.json").read_bytes())["error"]
    assert "store-tickets" in json.dumps(told["en"])
    assert told["es"].keys() == told["en"].keys()
    assert "store-tickets" in json.dumps(told["es"])
    assert told["es"]["what"] != told["en"]["what"]
    assert not (folder / "a.csv").exists()


def test_a_file_stays_while_the_shop_is_busy(shop: Shop, drops: Drops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.importing.WAIT_S", 0.0)
    file = shop.path / "elsewhere" / "a.csv"
    file.write_text(TICKETS, "utf-8")
    with shop._stores.lock.hold(0), pytest.raises(ShopBusy):
        drops.look()
    assert file.exists()
    assert drops.look() == 3


def test_calls_stock_and_costs_are_recognised_and_read(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "elsewhere"
    for name, text in {"a": TICKETS, "b": CALLS, "c": STOCK, "d": COSTS}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    assert drops.look() == 10
    presets = [json.loads(one.read_bytes())["preset"] for one in sorted((folder / "done").glob("*.report.json"))]
    assert presets == ["store-tickets", "calls", "stock-feed", "ad-costs"]
    phone = shop.timeline(shop.customer_number("+34600111222"))["event"].to_pylist()
    assert phone == ["Order Completed", "Ticket Opened", "Ticket Resolved"]
    events = shop._stores.events(["event", "properties", "channel", "product_id"], 0, 1 << 40).read_all().to_pylist()
    stock = {one["channel"]: json.loads(one["properties"]) for one in events if one["event"] == "Stock Adjusted"}
    assert {name: (told["stock"], told["price_minor"]) for name, told in stock.items()} == {
        "store": (0, 1300),
        "web": (7, 1250),
    }


def test_ad_costs_are_in_the_key_figures_and_nobody_is_counted_for_them(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "elsewhere"
    (folder / "a.csv").write_text(TICKETS, "utf-8")
    drops.look()
    names = ("conversion_rate", "bounce_rate", "new_customers", "orders", "revenue", "average_order_value")
    before = [(shop.journeys().kpis().get(name).value, shop.journeys().kpis().get(name).n) for name in names]
    (folder / "d.csv").write_text(COSTS, "utf-8")
    drops.look()
    found = shop.journeys().kpis()
    assert [(found.get(name).value, found.get(name).n) for name in names] == before
    assert found.get("acquisition_cost").value == pytest.approx(18_000 / 2)


def test_what_was_put_away_goes_with_whoever_is_erased(
    shop: Shop, drops: Drops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    till, copies = shop.path / "drops" / "till", tmp_path_factory.mktemp("copies")
    others = TICKETS.replace("ana@", "bea@").replace("T1", "T9")
    till.joinpath("a.csv").write_text(TICKETS, "utf-8")
    till.joinpath("b.csv").write_text(others.replace("L-1", "L-2"), "utf-8")
    till.joinpath("c.csv.gz").write_bytes(gzip.compress(TICKETS.encode("utf-16")))
    till.joinpath("d.csv").write_text("some,other\nAna@Example.com,2\n", "utf-8")
    pq.write_table(pa.table({"whom": ["ana@example.com"]}), till / "e.parquet")
    drops.look()
    shop.back_up(copies)
    number = shop.customer_number("ana@example.com")
    assert shop.foresee_erasure(number).files == 4
    done = shop.erase_person(number)
    assert [one.files for one in done] == [4, 4], "of the shop, and of its backup"
    assert {one.name for one in till.rglob("*.*")} == {"b.csv", "b.csv.report.json"}
    assert not found_in(shop.path, ["ana@example.com", "L-1"])
    assert not found_in(copies, ["ana@example.com", "L-1"])
    assert found_in(copies, ["bea@example.com"])


def test_a_file_that_brings_back_who_was_erased_is_not_kept(shop: Shop, drops: Drops) -> None:
    folder = shop.path / "drops" / "till"
    (folder / "a.csv").write_text(TICKETS, "utf-8")
    drops.look()
    shop.erase_person(shop.customer_number("ana@example.com"))
    (folder / "b.csv").write_text(TICKETS, "utf-8")
    drops.look()
    assert json.loads((folder / "done" / "b.csv.report.json").read_bytes())["erased"] == 1
    assert not found_in(shop.path, ["ana@example.com"])
