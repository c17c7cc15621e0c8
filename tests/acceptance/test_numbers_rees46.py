"""The library's one-liner on a real clickstream equals independent SQL, read by column names or by the preset."""

from __future__ import annotations

import duckdb
import pytest

import periplo
from periplo.analysis import Journeys
from support import data_file

pytestmark = pytest.mark.data

SQL = """
    CREATE VIEW events AS SELECT user_id AS who, event_type AS what, brand, price, row_number() OVER () AS place,
        strptime(replace(event_time, ' UTC', ''), '%Y-%m-%d %H:%M:%S') AS moment FROM '{file}';
    CREATE VIEW viewed AS SELECT who, moment AS a FROM events WHERE what = 'view';
    CREATE VIEW added AS SELECT who, a, moment AS b FROM viewed JOIN events USING (who)
        WHERE what = 'cart' AND moment >= a AND moment <= a + INTERVAL 30 MINUTE;
    CREATE VIEW bought AS SELECT who, a, b, moment AS c FROM added JOIN events USING (who)
        WHERE what = 'purchase' AND moment >= b AND moment <= a + INTERVAL 30 MINUTE;
"""


@pytest.fixture(scope="module")
def raw() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(SQL.format(file=data_file("rees46_clickstream.parquet")))
    return database


@pytest.fixture(scope="module")
def named() -> Journeys:
    file = data_file("rees46_clickstream.parquet")
    return periplo.read(
        file, customer="user_id", time="event_time", event="event_type", revenue="price", currency="USD"
    )


def test_the_funnel_by_the_names_of_the_file(raw: duckdb.DuckDBPyConnection, named: Journeys) -> None:
    found = named.funnel("view", "cart", "purchase", within="30 min")
    views = ("viewed", "added", "bought")
    expected = [raw.sql(f"SELECT count(DISTINCT who) FROM {view}").fetchall()[0][0] for view in views]
    assert [step.customers for step in found.steps] == expected
    assert expected[0] > expected[1] > expected[2] > 5


def test_the_funnel_by_the_canonical_names(named: Journeys) -> None:
    shop = periplo.read(data_file("rees46_clickstream.parquet"))
    steps = shop.funnel("Product Viewed", "Product Added", "Order Completed", within="30 min").steps
    assert [step.customers for step in steps] == [
        step.customers for step in named.funnel("view", "cart", "purchase", within="30 min").steps
    ]


def test_purchases_and_money(raw: duckdb.DuckDBPyConnection, named: Journeys) -> None:
    ((orders, cents, buyers),) = raw.sql(
        "SELECT count(*), sum(round(100 * price)::BIGINT), count(DISTINCT who) FROM events WHERE what = 'purchase'"
    ).fetchall()
    figures = named.kpis()
    assert figures.get("orders").value == orders
    assert (figures.get("revenue").value, figures.get("revenue").currency) == (cents, "USD")
    assert figures.get("repeat_purchase_rate").n == buyers


def test_by_brand(raw: duckdb.DuckDBPyConnection, named: Journeys) -> None:
    groups = {group.value: group.steps[0].customers for group in named.funnel("purchase", by="brand").groups}
    # Of a customer's purchases the first one counts; of those in the same second the one that stands first.
    expected = dict(
        raw.sql(
            """SELECT brand, count(*) FROM (
                SELECT who, arg_min(coalesce(brand, 'unknown'), (moment, place)) AS brand
                FROM events WHERE what = 'purchase' GROUP BY who) GROUP BY brand"""
        ).fetchall()
    )
    assert sum(groups.values()) == sum(expected.values())
    largest = max(expected, key=lambda brand: expected[brand])
    assert groups[largest] == expected[largest]
