"""The real order lines in a shop: every number equals an independent query of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest

from periplo.workspace import Shop
from support import data_file

pytestmark = pytest.mark.data

LINES = "uci_online_retail.parquet"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(tmp_path_factory.mktemp("uci") / "shop", create=True) as opened:
        opened.import_files([data_file(LINES)])
        yield opened


def asked(query: str) -> list[Any]:
    """The answer of DuckDB over the file itself (``lines``)."""
    rows = duckdb.connect().sql(query.replace("lines", f"read_parquet('{data_file(LINES)}')")).fetchall()
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


def test_a_second_import_adds_nothing(shop: Shop) -> None:
    report = shop.import_files([data_file(LINES)])
    (lines,) = asked("SELECT count(*) FROM lines")
    (refused,) = asked("SELECT count(*) FROM lines WHERE UnitPrice < 0")
    assert (report.read, report.accepted, report.rejected) == (lines, 0, refused)
    assert report.duplicates == lines - refused
    assert shop.quarantine.count() == refused


def test_customers_are_those_of_the_file(shop: Shop) -> None:
    columns = shop.journeys().columns
    known = asked("SELECT DISTINCT CustomerID::VARCHAR FROM lines WHERE CustomerID IS NOT NULL")
    assert sorted(shop.customer_names(columns.customer[columns.person])) == sorted(known)
    (nobodys,) = asked("SELECT count(DISTINCT InvoiceNo) FROM lines WHERE CustomerID IS NULL AND UnitPrice >= 0")
    assert (~columns.person).sum() == nobodys


def test_orders_and_revenue_of_every_customer(shop: Shop) -> None:
    columns = shop.journeys().columns
    money = columns.properties.column("revenue_minor")
    assert isinstance(money, np.ndarray)
    order = columns.event == columns.code("Order Completed")
    owner = np.repeat(np.arange(columns.customers), np.diff(columns.offsets))
    orders, revenue = np.bincount(owner, order), np.bincount(owner, np.where(order, money, 0))
    names = shop.customer_names(columns.customer)
    found = {names[i]: (orders[i], revenue[i]) for i in np.flatnonzero(columns.person & (orders > 0))}
    expected = asked(
        """
        SELECT customer, count(*), sum(minor)::BIGINT FROM (
            SELECT CustomerID::VARCHAR AS customer, round(sum(Quantity * UnitPrice) * 100) AS minor
            FROM lines WHERE InvoiceNo NOT LIKE 'C%' AND CustomerID IS NOT NULL AND Quantity > 0
            GROUP BY customer, InvoiceNo
        ) GROUP BY customer
        """
    )
    assert found == {customer: (count, minor) for customer, count, minor in expected}


def test_a_timeline_has_the_invoices_of_its_customer(shop: Shop) -> None:
    events = shop.timeline(shop.customer_number("12583"))
    expected = asked("SELECT DISTINCT InvoiceNo FROM lines WHERE CustomerID = 12583")
    assert sorted(events["order_id"].to_pylist()) == sorted(expected)
    assert events["occurred_at"].to_pylist() == sorted(events["occurred_at"].to_pylist())


def test_any_engine_reads_the_archive(shop: Shop) -> None:
    files = list((shop.path / "lake" / "events").glob("*.parquet"))
    ((events,),) = (
        duckdb.connect().sql(f"SELECT count(*) FROM read_parquet({[str(file) for file in files]})").fetchall()
    )
    assert events == shop.journeys().columns.events
