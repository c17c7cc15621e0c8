"""A line of an order that was refused and mended reaches the order, as if the file had been whole, and only once."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from periplo.events.schema import EVENTS
from periplo.workspace import Shop
from periplo.workspace.replay import Quarantine

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
SHOPIFY = (
    "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Total,Currency,Taxes\n"
    "#1,a@x.es,paid,2024-05-01 10:00:00,1,Mug,{0},24.20,EUR,4.20\n"
    "#1,,,2024-05-01 10:00:00,1,Cup,{1},,EUR,\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
    return file


def orders(shop: Shop) -> dict[str, dict[str, Any]]:
    """What the shop knows of each order, without what says where its lines came from."""
    found = {}
    for event in shop._stores.events(EVENTS.names, 0, 1 << 62).read_all().to_pylist():
        products = json.loads(event["properties"] or "{}").get("products", [])
        event["properties"] = Counter(json.dumps(one, sort_keys=True) for one in products)
        left_out = ("seq", "context")
        assert event["event_id"] not in found
        found[event["event_id"]] = {name: value for name, value in event.items() if name not in left_out}
    return found


def line(order: int, chance: random.Random) -> str:
    back = chance.random() < 0.2
    cancelled, pieces = ("C", -1) if order % 5 == 0 else ("", -1 if back else 1)
    price = f"{chance.randrange(1, 2000) / 100:.2f}"
    who = "" if order % 4 == 0 else str(100 + order % 3)
    return (
        f"{cancelled}{order},S{chance.randrange(9)},Mug,{pieces * chance.randrange(1, 9)},"
        f"2024-05-01 10:{chance.randrange(10, 60)}:00,{price},{who},Spain"
    )


@pytest.mark.parametrize("seed", range(5))
def test_mended_lines_make_the_orders_of_a_whole_file(tmp_path: Path, shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    lines = [line(chance.randrange(1, 16), chance) for _ in range(60)]
    broken = {n: text.replace("Mug", "Mug BROKEN").replace("2024-05-01", "some day") for n, text in enumerate(lines)}
    torn = [broken[n] if chance.random() < 0.4 else text for n, text in enumerate(lines)]
    with Shop.open(tmp_path / "whole", create=True) as whole:
        whole.import_files([write(tmp_path / "whole.csv", *lines)], preset="order-lines")
        expected = orders(whole)
    shop.import_files([write(tmp_path / "torn.csv", *torn)], preset="order-lines")
    refused = shop.quarantine.list(limit=100)
    mended = {row.reject_id: lines[row.line - 2] for row in refused}
    chance.shuffle(refused)
    for first in range(0, len(refused), 7):
        some = [row.reject_id for row in refused[first : first + 7]]
        report = shop.replay_quarantine(only=some, mended=mended)
        assert (report.read, report.accepted, report.duplicates) == (len(some), len(some), 0)
    assert shop.quarantine.count() == 0
    assert orders(shop) == expected
    assert shop.replay_quarantine(only=list(mended), mended=mended).accepted == 0
    assert orders(shop) == expected


@pytest.mark.usefixtures("database")
def test_everything_that_was_asked_before_is_answered_anew(tmp_path: Path, shop: Shop) -> None:
    good, bad = "7,A,Mug,1,2024-05-01 10:00:00,5,17,Spain", "7,B,Cup,2,2024-05-01 10:00:00,x,17,Spain"
    shop.import_files([write(tmp_path / "a.csv", good, bad)], preset="order-lines")
    before, version = shop.journeys(), shop.version()
    assert before.columns.properties.column("revenue_minor").tolist() == [500]  # type: ignore[union-attr]
    other = Shop.open(shop.path)
    other.journeys()
    (row,) = shop.quarantine.list()
    shop.replay_quarantine(mended={row.reject_id: bad.replace("x", "3.50")})
    assert shop.version() != version
    for one in (shop, other, Shop.open(shop.path)):
        columns = one.journeys().columns
        assert columns.events == 1
        assert columns.properties.column("revenue_minor").tolist() == [1200]  # type: ignore[union-attr]
        assert one.timeline(one.customer_number("17"))["quantity"].to_pylist() == [3]
    shop.import_files([write(tmp_path / "b.csv", good, bad.replace("x", "3.50"))], preset="order-lines")
    assert orders(shop)["7"]["revenue_minor"] == 1200


@pytest.mark.usefixtures("database")
def test_a_customer_named_by_the_mended_line_is_known(tmp_path: Path, shop: Shop) -> None:
    good, bad = "7,A,Mug,1,2024-05-01 10:00:00,5,,Spain", "7,B,Cup,2,2024-05-01 10:00:00,x,17,Spain"
    report = shop.import_files([write(tmp_path / "a.csv", good, bad)], preset="order-lines")
    assert (report.customers, report.anonymous) == (0, 1)
    (row,) = shop.quarantine.list()
    report = shop.replay_quarantine(mended={row.reject_id: bad.replace("x", "1")})
    assert (report.events, report.customers, report.anonymous) == (1, 1, 0)


@pytest.mark.parametrize("broken", [0, 1])
def test_an_order_that_tells_its_total_keeps_it(tmp_path: Path, shop: Shop, broken: int) -> None:
    prices = ["10.00", "10.00"]
    prices[broken] = "free?"
    file = tmp_path / "orders.csv"
    file.write_text(SHOPIFY.format(*prices), "utf-8")
    shop.import_files([file], preset="shopify-orders")
    (row,) = shop.quarantine.list()
    shop.replay_quarantine(mended={row.reject_id: row.raw.replace("free?", "10.00")})
    (order,) = orders(shop).values()
    assert (order["revenue_minor"], order["quantity"], len(order["properties"])) == (2420, 2, 2)


@pytest.mark.usefixtures("database")
def test_a_line_in_another_currency_than_its_order_stays_refused(tmp_path: Path, shop: Shop) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(SHOPIFY.format("10.00", "free?").replace("#1,,,", "#1,,,"), "utf-8")
    shop.import_files([file], preset="shopify-orders")
    (row,) = shop.quarantine.list()
    other = row.raw.replace("free?", "10.00").replace("EUR", "USD")
    report = shop.replay_quarantine(mended={row.reject_id: other})
    assert (report.read, report.accepted, report.rejected, shop.quarantine.count()) == (1, 0, 1, 1)


@pytest.mark.usefixtures("database")
def test_killed_after_the_order_was_corrected_adds_nothing_again(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = "7,A,Mug,1,2024-05-01 10:00:00,5,17,Spain", "7,{0},Cup,2,2024-05-01 10:00:00,x,17,Spain"
    shop.import_files([write(tmp_path / "a.csv", good, bad.format("B"), bad.format("C"))], preset="order-lines")
    one, other = shop.quarantine.list()
    mended = {row.reject_id: row.raw.replace("x", "1") for row in (one, other)}

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(Quarantine, "mark_replayed", killed)
        with pytest.raises(KeyboardInterrupt):
            shop.replay_quarantine(only=[one.reject_id], mended=mended)
    report = shop.replay_quarantine(mended=mended)
    assert (report.read, report.accepted, report.duplicates) == (2, 1, 1)
    assert (orders(shop)["7"]["revenue_minor"], shop.quarantine.count()) == (900, 0)
