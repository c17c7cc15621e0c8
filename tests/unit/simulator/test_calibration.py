"""The simulated shop behaves as real shops do."""

from __future__ import annotations

import duckdb
import pytest

from periplo.simulator.parameters import parameters


@pytest.mark.parametrize(
    ("ratio", "least", "most"),
    [
        ("session_conversion", 0.01, 0.03),
        ("cart_abandonment", 0.65, 0.75),
        ("mail_open", 0.20, 0.35),
        ("mail_click", 0.015, 0.03),
        ("repeat", 0.12, 0.30),
        ("returned", 0.04, 0.10),
        ("late", 0.06, 0.15),
        ("bounce", 0.30, 0.50),
        ("known_orders", 0.80, 0.95),
    ],
)
def test_ratios_lie_where_real_shops_have_them(simulated, ratio: str, least: float, most: float) -> None:
    assert least <= simulated.truth["ratios"][ratio] <= most


def test_the_demo_has_about_a_million_events(simulated) -> None:
    per_customer = simulated.report.events / simulated.report.customers
    assert 0.9e6 <= per_customer * 20_000 <= 1.1e6


def test_late_deliveries_lower_the_scores(sql: duckdb.DuckDBPyConnection) -> None:
    rows = sql.execute(
        """
        with late as (select distinct order_id as id from messages where event = 'Delivery Delayed')
        select order_id in (from late) as late, avg((properties->>'score')::int), count(*)
        from messages where event = 'Survey Answered' and properties->>'survey' = 'csat' group by 1 order by 1
        """
    ).fetchall()
    (_, on_time, many), (_, late, some) = rows
    assert many > 50
    assert some > 5
    assert on_time > 4
    assert late < on_time - 0.8


def test_days_and_hours_have_their_rhythm(sql: duckdb.DuckDBPyConnection) -> None:
    by_hour = dict(sql.execute("select hour(local), count(*) from messages where type = 'page' group by 1").fetchall())
    assert by_hour[21] > 5 * by_hour[4]
    assert by_hour[12] > by_hour[15]
    till = sql.execute(
        "select distinct isodow(local), hour(local) from messages where event = 'Order Completed'"
        " and channel = 'store' and library = 'pos-connector'"
    ).fetchall()
    assert {day for day, _ in till} <= set(range(1, 7))
    assert {hour for _, hour in till} <= set(range(10, 21))


def test_traffic_grows_and_campaigns_are_peaks(sql: duckdb.DuckDBPyConnection) -> None:
    day = "date_diff('day', date '2025-03-03', local::date)"
    visits = dict(sql.execute(f"select {day}, count(*) from messages where name = 'Home' group by 1").fetchall())
    mean = {
        name: sum(visits[day] for day in range(first, last)) / (last - first)
        for name, first, last in (("begin", 2, 16), ("before", 38, 52), ("campaign", 52, 60))
    }
    assert mean["before"] > mean["begin"]
    carried = sql.execute(
        "select count(*) from messages where campaign = 'dia-de-la-madre' and type = 'page'"
    ).fetchone()
    assert carried is not None
    assert mean["campaign"] + carried[0] / 11 > 1.15 * mean["before"]


def test_customers_use_all_channels_and_several_devices(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    systems = {row[0] for row in sql.execute("select distinct channel from messages").fetchall()}
    assert systems >= {"store", "email", "sms", "push", "whatsapp", "phone", "chat", "helpdesk", "marketplace"}
    media = {row[0] for row in sql.execute("select distinct medium from messages").fetchall()}
    assert media >= {"cpc", "paid_social", "email", "push"}
    referrers = sql.execute("select distinct referrer from messages").fetchall()
    assert {r[0] for r in referrers if r[0]} >= {"https://www.google.com/", "https://www.instagram.com/"}
    devices = simulated.parquet("customers").group_by(["customer", "kind"]).aggregate([([], "count_all")]).to_pylist()
    cookies = [row["count_all"] for row in devices if row["kind"] == "anonymous_id"]
    assert sum(count > 1 for count in cookies) > len(cookies) / 3


def test_every_parameter_says_what_it_means() -> None:
    assert parameters().incident("mobile_card_payments").last - parameters().incident("mobile_card_payments").first == 9
    names = [incident.name for incident in parameters().incidents]
    assert len(names) == len(set(names)) == 5
