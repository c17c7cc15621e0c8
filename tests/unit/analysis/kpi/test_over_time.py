"""Key figures over time and by a property at once, against targets, with costs from a table."""

from __future__ import annotations

import pytest

from given import given
from periplo.analysis import Journeys
from periplo.errors import UnknownName, UsageError
from periplo.predicates import parse

NAMES = {"P": "Page Viewed", "V": "Product Viewed", "A": "Product Added", "O": "Order Completed", "S": "Email Sent"}
DAY = 86400


def journeys(*lines: str, **more) -> Journeys:
    return Journeys(given(*lines, names=NAMES, **more), currency="EUR")


def test_over_time_and_by_channel_at_once() -> None:
    found = journeys(f"O0@web O{DAY}@app O{DAY + 9}@web", f"O{DAY}@app", until=3 * DAY).kpis(by="channel", over="day")
    orders = {(kpi.period, kpi.group): kpi.value for kpi in found.values if kpi.id == "orders"}
    assert orders == {
        (None, None): 4,
        ("1970-01-01", "web"): 1,
        ("1970-01-02", "web"): 1,
        ("1970-01-02", "app"): 2,
    }
    web = found.get("orders", "web", period="1970-01-02")
    assert (web.before, web.change) == (1, 0)
    assert found.behind("kpi/orders/1970-01-02/app").tolist() == [0, 1]
    assert [row["period"] for row in found.rows() if row["id"] == "orders"][1:3] == ["1970-01-01", "1970-01-02"]
    assert found.shown("es").heads[:3] == ["indicador", "día", "canal"]


def test_over_time_alone() -> None:
    found = journeys(f"O0 O{DAY}", until=2 * DAY).kpis(over="day", figures=["orders"])
    assert [(kpi.period, kpi.group, kpi.value) for kpi in found.values] == [
        (None, None, 2),
        ("1970-01-01", None, 1),
        ("1970-01-02", None, 1),
    ]
    assert found.behind("kpi/orders/1970-01-01").tolist() == [0]


def test_only_the_figures_asked_for() -> None:
    found = journeys("V0 O1").kpis(figures=["orders", "conversion_rate"])
    assert [kpi.id for kpi in found.values] == ["conversion_rate", "orders"]
    with pytest.raises(UnknownName, match="conversion_rate"):
        journeys("V0").kpis(figures=["conversion rate"])


def test_the_retention_rate_of_each_month_and_channel() -> None:
    lines = (f"O0@web O{DAY}@app", f"O0@web O{2 * DAY}@web", f"O0@app O{DAY}@app", f"V{3 * DAY}")
    by_day = journeys(*lines, until=4 * DAY - 1e-6).kpis(by="day", figures=["retention_rate"])
    assert {kpi.group: (kpi.value, kpi.n) for kpi in by_day.values if kpi.group} == {
        "1970-01-02": (pytest.approx(2 / 3), 3),
        "1970-01-03": (0, 2),
        "1970-01-04": (0, 1),
    }
    later = journeys(*lines, until=4 * DAY).between("1970-01-02", "1970-01-02")
    by_channel = later.kpis(by="channel", figures=["retention_rate"])
    assert {kpi.group: (kpi.value, kpi.n) for kpi in by_channel.values} == {
        None: (pytest.approx(2 / 3), 3),
        "web": (0.5, 2),
        "app": (1.0, 1),
    }
    assert by_channel.behind("kpi/retention_rate/web").tolist() == [0]
    assert by_channel.behind("kpi/retention_rate").tolist() == [0, 1]


def test_targets_say_how_far_and_whether_met() -> None:
    columns = {"revenue_minor": [None, 9000, None]}
    found = journeys("V0 O9", "V0", **columns).kpis(
        target={"customer_conversion_rate": 0.6, "average_order_value": 85.5, "cart_abandonment": 0.7, "orders": 1}
    )
    rate, value, cart, orders = (
        found.get(name) for name in ("customer_conversion_rate", "average_order_value", "cart_abandonment", "orders")
    )
    assert (rate.target, rate.distance, rate.met) == (0.6, pytest.approx(-0.1), False)
    assert (value.target, value.distance, value.met) == (8550, 450, True)
    assert (cart.target, cart.distance, cart.met) == (0.7, None, None)
    assert (orders.distance, orders.met) == (0, True)
    row = next(row for row in found.shown("es").rows if row[0] == "valor medio del pedido")
    assert row[-3:] == ["85,50 €", "+4,50 €", "sí"]


def test_less_is_better_for_some() -> None:
    found = journeys("P0", "P0 P9").kpis(target={"bounce_rate": 0.6, "exit_rate": 0.2})
    assert (found.get("bounce_rate").less_is_better, found.get("bounce_rate").met) == (True, True)
    assert found.get("exit_rate").met is False


def test_targets_of_groups() -> None:
    target = {"orders": 9, "orders/web": 1, "customer_conversion_rate": 0.5}
    found = journeys("V0@web O1@web", "V0@app").kpis(by="channel", target=target)
    assert (found.get("orders").target, found.get("orders", "web").target) == (9, 1)
    assert found.get("customer_conversion_rate", "app").met is False
    with pytest.raises(UnknownName, match="orders"):
        journeys("O0@web").kpis(by="channel", target={"orders/wbe": 1})
    with pytest.raises(UnknownName, match="bounce_rate"):
        journeys("P0").kpis(target={"bounce rate": 0.1})


def test_targets_of_segments() -> None:
    segments = {"two": parse({"did": "Order Completed", "at_least": 2})}
    found = Journeys(given("O0 O9", "O0", names=NAMES), segments=segments).kpis(by="segment", target={"orders/two": 3})
    assert (found.get("orders", "two").distance, found.get("orders").target) == (-1, None)


def test_costs_from_a_table() -> None:
    lines = (f"O0@web O{9 * DAY}@web", f"O{8 * DAY}@web", f"O{9 * DAY}@app", f"O0@web O{10 * DAY}@web")
    later = journeys(*lines, until=14 * DAY).between("1970-01-08", "1970-01-14")
    found = later.kpis(costs={"acquisition": 30, "retention": 10.5})
    won, kept = found.get("acquisition_cost"), found.get("retention_cost")
    assert (found.get("new_customers").value, won.value, won.n, won.currency) == (2, 1500, 2, "EUR")
    assert (kept.value, kept.n, kept.currency) == (525, 2, "EUR")
    assert won.missing == []
    groups = later.kpis(by="channel", costs={"acquisition/app": 8, "acquisition/web": 4})
    assert {kpi.group: kpi.value for kpi in groups.values if kpi.id == "acquisition_cost"} == {
        None: 600,
        "web": 400,
        "app": 800,
    }
    only = later.kpis(figures=["acquisition_cost"], costs={"acquisition": 30})
    assert [(kpi.id, kpi.value) for kpi in only.values] == [("acquisition_cost", 1500)]
    with pytest.raises(UnknownName, match="acquisition"):
        later.kpis(costs={"aquisition": 1})


def test_costs_of_events_in_the_period_before() -> None:
    lines = (f"O0 O{9 * DAY}", f"O{DAY} O{10 * DAY}", f"O{9 * DAY}")
    cost = [700, None, None, 300, 100]
    later = journeys(*lines, until=14 * DAY, retention_cost_minor=cost).between("1970-01-08", "1970-01-14")
    kept = later.kpis().get("retention_cost")
    assert (kept.value, kept.n) == (350, 2)
    assert later.kpis().behind("kpi/retention_cost").tolist() == [0, 1]


def test_who_ordered_before_is_no_new_customer() -> None:
    whole = journeys(f"O0 O{9 * DAY}", f"O{9 * DAY}", until=14 * DAY)
    assert whole.kpis().get("new_customers").value == 2
    later = whole.between("1970-01-08", "1970-01-14").kpis()
    assert (later.get("new_customers").value, later.get("new_customers").before) == (1, 1)
    assert later.behind("kpi/new_customers").tolist() == [1]


def test_charts_are_lines_over_time_and_bars_of_groups() -> None:
    several = journeys(f"O0@web O{DAY}@app", f"O{DAY}@app", until=3 * DAY)
    lines = several.kpis(over="day", by="channel", figures=["orders"]).charts("en")
    assert [(chart.title, chart.points, [s.name for s in chart.series]) for chart in lines] == [
        ("Orders", ["1970-01-01", "1970-01-02"], ["App", "Web"])
    ]
    assert [s.values for s in lines[0].series] == [[None, 2], [1, None]]
    bars = several.kpis(by="channel", figures=["orders"]).charts("es")
    assert [(bar.label, bar.value) for bar in bars[0].bars] == [("Web", 1), ("App", 2)]
    for found in (several.kpis(over="day"), several.kpis(by="channel"), several.kpis()):
        assert found.chart("es").startswith("<svg")


def test_misuse_is_said() -> None:
    with pytest.raises(UnknownName):
        journeys("V0").kpis(over="year")
    with pytest.raises(UnknownName):
        journeys("V0").kpis(scoring="best")
    with pytest.raises(UsageError, match="opening hours"):
        journeys("V0").kpis(hours="always")
    with pytest.raises(UnknownName):
        journeys("V0").kpis(over="day").behind("kpi/orders/1999-01-01")
