"""The numbers of uci_online_retail, imported into a shop, equal independent SQL on the raw file."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from periplo.analysis import Journeys
from periplo.workspace import Shop
from support import data_file

pytestmark = pytest.mark.data

INVOICES = """
    CREATE VIEW lines AS
        SELECT InvoiceNo AS invoice, CustomerID AS customer, Quantity AS pieces, UnitPrice AS price,
            -- The shop is in London: British Summer Time is an hour ahead of UTC.
            InvoiceDate - (InvoiceDate >= '2011-03-27' AND InvoiceDate < '2011-10-30')::INT * INTERVAL 1 HOUR AS moment
        FROM '{file}' WHERE UnitPrice >= 0;
    CREATE TABLE invoices AS
        SELECT invoice, any_value(customer) AS customer, min(moment) AS moment, invoice LIKE 'C%' AS cancelled,
            bool_or(pieces > 0) AS sold,
            CAST(round(100 * coalesce(sum(pieces * price) FILTER (WHERE pieces > 0), 0)) AS BIGINT) AS revenue,
            CAST(round(100 * coalesce(sum(-pieces * price) FILTER (WHERE pieces < 0), 0)) AS BIGINT) AS back
        FROM lines GROUP BY invoice;
    CREATE VIEW orders AS FROM invoices WHERE NOT cancelled AND sold;
"""


@pytest.fixture(scope="module")
def raw() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(INVOICES.format(file=data_file("uci_online_retail.parquet")))
    return database


@pytest.fixture(scope="module")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journeys]:
    with Shop.open(tmp_path_factory.mktemp("uci") / "shop", create=True) as shop:
        report = shop.import_files([data_file("uci_online_retail.parquet")])
        assert (report.read, report.rejected, report.duplicates) == (541_909, 2, 0)
        yield shop.journeys()


def one(raw: duckdb.DuckDBPyConnection, sql: str):
    """The only value, or the only row, that a query answers."""
    (row,) = raw.sql(sql).fetchall()
    return row[0] if len(row) == 1 else row


def test_events_and_customers(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    evidence = journeys.evidence
    assert evidence.events == one(raw, "SELECT count(*) FROM invoices")
    assert evidence.customers == one(raw, "SELECT count(DISTINCT customer) FROM invoices") == 4372
    known = one(raw, "SELECT count(customer) / count(*) FROM invoices")
    assert evidence.known_share == pytest.approx(known)


def test_orders_cancellations_and_revenue(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    figures = journeys.kpis()
    orders, gross = one(raw, "SELECT count(*), sum(revenue) FROM orders")
    cancelled, back = one(raw, "SELECT count(*), sum(back) FROM invoices WHERE cancelled")
    assert (orders, cancelled) == (20_726, 3_836)
    assert figures.get("orders").value == orders
    assert figures.get("returned_orders").value == cancelled
    assert (figures.get("revenue").value, figures.get("revenue").currency) == (gross, "GBP")
    assert figures.get("refunds").value == back
    assert figures.get("net_revenue").value == gross - back
    assert figures.get("average_order_value").value == pytest.approx(float(gross / orders))
    assert figures.get("refund_rate").value == pytest.approx(float(back / gross))


def test_orders_and_revenue_of_each_month(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    expected = raw.sql(
        "SELECT strftime(moment, '%Y-%m'), count(*), sum(revenue) FROM orders GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    figures = journeys.kpis(by="month")
    months = [kpi.group for kpi in figures.values if kpi.id == "orders" and kpi.group]
    found = [(month, figures.get("orders", month).value, figures.get("revenue", month).value) for month in months]
    assert found == expected


def test_customers_who_order_again(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    figures = journeys.kpis()
    each = "(SELECT customer, count(*) AS n, sum(revenue) AS spent FROM orders WHERE customer IS NOT NULL GROUP BY ALL)"
    buyers, again, spent = one(raw, f"SELECT count(*), count(*) FILTER (WHERE n > 1), sum(spent) FROM {each}")
    repeat = figures.get("repeat_purchase_rate")
    assert (repeat.n, repeat.value) == (buyers, pytest.approx(again / buyers))
    assert figures.get("customer_value").value == pytest.approx(float(spent / buyers))
    assert figures.get("customer_conversion_rate").value == pytest.approx(buyers / 4372)
    assert len(figures.behind("kpi/repeat_purchase_rate")) == again


def test_time_between_orders(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    median, p90 = one(
        raw,
        """SELECT quantile_cont(gap, 0.5), quantile_cont(gap, 0.9) FROM (
            SELECT epoch(moment - lag(moment) OVER (PARTITION BY customer ORDER BY moment)) AS gap
            FROM orders WHERE customer IS NOT NULL)""",
    )
    figures = journeys.kpis()
    assert figures.get("time_between_orders").value == pytest.approx(median)
    assert figures.get("time_between_orders_p90").value == pytest.approx(p90)


def test_monthly_cohorts(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    expected = raw.sql(
        """WITH months AS (
            SELECT DISTINCT customer, date_trunc('month', moment) AS month FROM orders WHERE customer IS NOT NULL),
        firsts AS (SELECT customer, min(month) AS first FROM months GROUP BY customer)
        SELECT strftime(first, '%Y-%m'), datediff('month', first, month), count(*)
        FROM months JOIN firsts USING (customer) GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    cohorts = journeys.cohorts()
    found = [(c.month, r.after, r.customers) for c in cohorts.cohorts for r in c.returns if r.customers]
    assert found == expected
    assert cohorts.cohorts[0].customers == 885
    assert all(cohort.last_incomplete for cohort in cohorts.cohorts)  # the file ends on 9 December


def test_money_and_orders_of_monthly_cohorts(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    expected = raw.sql(
        """WITH mine AS (
            SELECT customer, date_trunc('month', min(moment) OVER (PARTITION BY customer)) AS first,
                date_trunc('month', moment) AS month, revenue
            FROM orders WHERE customer IS NOT NULL)
        SELECT strftime(first, '%Y-%m'), datediff('month', first, month), count(*), sum(revenue)::BIGINT
        FROM mine GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    cohorts = journeys.cohorts().cohorts
    found = [(c.period, r.after, r.orders, r.money[0].gross_minor) for c in cohorts for r in c.returns if r.orders]
    assert found == expected
    known = one(raw, "SELECT sum(revenue)::BIGINT FROM orders WHERE customer IS NOT NULL")
    assert sum(each.money[0].gross_minor for each in cohorts) == known


def test_weekly_retention_from_the_first_order(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    """Weeks of the calendar in London, and weeks of 7 x 24 hours since each first order; rates of what is over."""
    mine = """WITH mine AS (
        SELECT DISTINCT customer, moment, min(moment) OVER (PARTITION BY customer) AS first
        FROM orders WHERE customer IS NOT NULL)"""
    london = "{} + ({} >= '2011-03-27' AND {} < '2011-10-30')::INT * INTERVAL 1 HOUR"
    week, begun = (f"date_trunc('week', {london.format(*[name] * 3)})" for name in ("moment", "first"))
    expected = raw.sql(
        f"""{mine} SELECT strftime({begun}, '%G-W%V'), datediff('week', {begun}, {week}), count(DISTINCT customer)
        FROM mine WHERE moment > first AND datediff('week', {begun}, {week}) BETWEEN 1 AND 12
        GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    cohorts = journeys.retention("Order Completed", "Order Completed", unit="week").cohorts
    cells = [(cohort.period, cell) for cohort in cohorts for cell in cohort.cells]
    found = [(p, int(c.after), c.customers + c.so_far) for p, c in cells if c.after != "0" and c.customers + c.so_far]
    assert found == expected
    rolling = journeys.retention("Order Completed", "Order Completed", unit="week", rolling=True, periods=4)
    until = journeys.evidence.until.replace(tzinfo=None)
    sure = f"first + INTERVAL 28 DAY <= TIMESTAMP '{until}' + INTERVAL 1 MICROSECOND"
    back, eligible = one(
        raw,
        f"""{mine} SELECT count(DISTINCT customer) FILTER (
                WHERE moment > first AND moment >= first + INTERVAL 21 DAY AND moment < first + INTERVAL 28 DAY),
            count(DISTINCT customer) FROM mine WHERE {sure}""",
    )
    assert (rolling.mean[3].customers, rolling.mean[3].eligible) == (back, eligible)


def test_lifecycle_and_stickiness_of_buyers(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    months = """WITH months AS (
        SELECT DISTINCT customer, datediff('month', TIMESTAMP '2010-12-01', moment) AS m
        FROM orders WHERE customer IS NOT NULL),
        seen AS (SELECT customer, m, lag(m) OVER (PARTITION BY customer ORDER BY m) AS before FROM months)"""
    expected = raw.sql(
        f"""{months} SELECT m, count(*) FILTER (before IS NULL), count(*) FILTER (before = m - 1),
            count(*) FILTER (before < m - 1) FROM seen GROUP BY m ORDER BY m"""
    ).fetchall()
    living = journeys.lifecycle("Order Completed", unit="month").periods
    assert [(k, p.new, p.returning, p.resurrecting) for k, p in enumerate(living)] == expected
    sizes = raw.sql(
        f"{months} SELECT n, count(*) FROM (SELECT count(*) AS n FROM months GROUP BY customer) GROUP BY n ORDER BY n"
    ).fetchall()
    sticky = journeys.stickiness("Order Completed", unit="month")
    assert [(step.intervals, step.customers) for step in sticky.steps if step.customers] == sizes


def test_customers_kept_from_month_to_month(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    expected = raw.sql(
        """WITH months AS (SELECT DISTINCT customer, date_trunc('month', moment) AS month FROM orders
            WHERE customer IS NOT NULL)
        SELECT strftime(a.month + INTERVAL 1 MONTH, '%Y-%m'), count(b.customer) / count(*), count(*)
        FROM months a LEFT JOIN months b ON a.customer = b.customer AND b.month = a.month + INTERVAL 1 MONTH
        WHERE a.month < DATE '2011-11-01' GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    rates = [kpi for kpi in journeys.kpis(over="month", figures=["retention_rate"]).values if kpi.period]
    assert [(kpi.period, pytest.approx(kpi.value), kpi.n) for kpi in rates] == expected


def test_one_quarter_and_the_quarter_before(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    query = "SELECT count(*), sum(revenue) FROM orders WHERE moment >= DATE '{}' AND moment < DATE '{}'"
    orders, revenue = one(raw, query.format("2011-07-01", "2011-10-01"))
    before, earned = one(raw, query.format("2011-03-31", "2011-07-01"))  # as many days
    figures = journeys.between("2011-07-01", "2011-09-30").kpis()
    assert (figures.get("orders").value, figures.get("orders").before) == (orders, before)
    assert (figures.get("revenue").value, figures.get("revenue").before) == (revenue, earned)


def test_orders_within_a_month_of_the_last(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    """A funnel of one step twice: two orders within 30 days, at different times or at the same."""
    expected = one(
        raw,
        """SELECT count(DISTINCT customer) FROM (
            SELECT customer, moment - lag(moment) OVER (PARTITION BY customer ORDER BY moment) AS gap
            FROM orders WHERE customer IS NOT NULL) WHERE gap <= INTERVAL 30 DAY""",
    )
    steps = journeys.funnel("Order Completed", "Order Completed", within="30d").steps
    assert steps[1].customers == expected
