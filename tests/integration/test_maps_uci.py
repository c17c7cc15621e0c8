"""The retail map of a real shop that only has orders, equal to SQL written by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import numpy as np
import pytest

from periplo.analysis import Journeys
from periplo.journeys.build import Rows, build
from periplo.journeys.columns import GivenProperties
from periplo.maps import MapDefinition, MapReading, behind, read
from support import data_file

pytestmark = pytest.mark.data

INVOICES = """
    create table invoices as
    select InvoiceNo as invoice, InvoiceNo like 'C%' as cancelled, any_value(CustomerID)::bigint as customer,
           min(InvoiceDate)::timestamp as happened, round(abs(sum(Quantity * UnitPrice)) * 100)::bigint as minor
    from read_parquet(?) group by 1 having any_value(CustomerID) is not null
"""


@pytest.fixture(scope="module")
def sql() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(INVOICES, [str(data_file("uci_online_retail.parquet"))])
    return con


@pytest.fixture(scope="module")
def journeys(sql: duckdb.DuckDBPyConnection) -> Journeys:
    found = sql.execute(
        "select customer, epoch_us(happened) as happened, cancelled, minor from invoices order by invoice"
    ).fetchnumpy()
    rows = Rows(
        customer=np.asarray(found["customer"], np.int64),
        time_us=np.asarray(found["happened"], np.int64),
        seq=np.arange(len(found["happened"])),
        event=np.asarray(found["cancelled"], np.uint16),
        channel=np.zeros(len(found["happened"]), np.uint8),
    )
    ready, origin = build(rows)
    columns = ready.columns(
        person=np.ones(len(ready.customer), np.bool_),
        event_names=("Order Completed", "Order Cancelled"),
        channel_names=("web",),
        properties=GivenProperties({"revenue_minor": np.asarray(found["minor"], np.float64)[origin]}),
    )
    return Journeys(columns, currency="GBP")


@pytest.fixture(scope="module")
def reading(journeys: Journeys) -> MapReading:
    return read(journeys, MapDefinition.load("retail"))


def one(sql: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = sql.execute(query).fetchone()
    assert row is not None
    return row


ORDERS = """
    select *, row_number() over (partition by customer order by happened, invoice) as nth
    from invoices where not cancelled
"""


def test_stages_of_a_shop_with_orders_only(sql: duckdb.DuckDBPyConnection, reading: MapReading) -> None:
    entered = {stage.id: stage.entered for stage in reading.stages}
    buyers, repeaters = one(
        sql, f"select count(distinct customer), count(distinct customer) filter (nth = 2) from ({ORDERS})"
    )
    (cancelling,) = one(sql, "select count(distinct customer) from invoices where cancelled")
    assert entered == {
        "awareness": 0,
        "consideration": 0,
        "purchase": buyers,
        "service": cancelling,
        "loyalty": repeaters,
        "advocacy": 0,
    }


def test_who_went_on_from_the_first_order(sql: duckdb.DuckDBPyConnection, reading: MapReading) -> None:
    (went_on,) = one(
        sql,
        f"""with first as (select customer, happened from ({ORDERS}) where nth = 1)
            select count(distinct customer) from first
            where exists (from ({ORDERS}) o where o.customer = first.customer and nth = 2)
               or exists (from invoices c where cancelled and c.customer = first.customer
                          and c.happened > first.happened)""",
    )
    purchase = next(stage for stage in reading.stages if stage.id == "purchase")
    assert purchase.went_on == went_on == sum(purchase.reached.values())


def test_orders_revenue_and_money_given_back(sql: duckdb.DuckDBPyConnection, reading: MapReading) -> None:
    metrics = next(lane for lane in reading.lanes if lane.id == "metrics")
    found = {cell.stage: {item.what: item.value for item in cell.items} for cell in metrics.cells}
    for stage, where in (("purchase", "nth = 1"), ("loyalty", "nth > 1")):
        orders, minor = one(sql, f"select count(*), sum(minor) from ({ORDERS}) where {where}")
        assert found[stage]["orders"] == orders
        assert found[stage]["revenue"] == minor
        assert found[stage]["aov"] == pytest.approx(float(minor) / orders)
    (minor,) = one(sql, "select sum(minor) from invoices where cancelled")
    assert found["service"]["given_back"] == minor


def test_time_from_the_first_order_to_going_on(sql: duckdb.DuckDBPyConnection, reading: MapReading) -> None:
    (median,) = one(
        sql,
        f"""with first as (select customer, happened from ({ORDERS}) where nth = 1),
            next as (select customer, happened from ({ORDERS}) where nth > 1 union all
                     select customer, happened from invoices where cancelled)
            select quantile_disc(seconds, 0.5) from (
                select first.customer, epoch(min(next.happened) - first.happened) as seconds
                from first join next on next.customer = first.customer and next.happened >= first.happened
                group by first.customer, first.happened)""",
    )
    time = next(lane for lane in reading.lanes if lane.id == "time")
    item = next(cell for cell in time.cells if cell.stage == "purchase").item("median")
    assert item is not None
    assert item.value == pytest.approx(median, rel=0.01)


def test_the_customers_behind_loyalty_are_those_with_two_orders(
    sql: duckdb.DuckDBPyConnection, journeys: Journeys
) -> None:
    found = behind(journeys, MapDefinition.load("retail"), "stage/loyalty/entered")
    numbers = journeys.columns.customer[found]
    expected = sql.execute(f"select distinct customer from ({ORDERS}) where nth = 2 order by 1").fetchnumpy()[
        "customer"
    ]
    assert np.array_equal(numbers, np.asarray(expected))


def test_the_window_is_that_of_the_data(sql: duckdb.DuckDBPyConnection, reading: MapReading) -> None:
    since, until = one(sql, "select min(happened), max(happened) from invoices")
    assert isinstance(since, datetime)
    assert reading.evidence.since == since.replace(tzinfo=UTC)
    assert reading.evidence.until == until.replace(tzinfo=UTC)
