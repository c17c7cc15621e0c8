"""Key figures, each on an example small enough to count by hand."""

from __future__ import annotations

import pytest

from given import given
from periplo.analysis import Journeys
from periplo.analysis.grouping import Together
from periplo.analysis.kpi import SPECS
from periplo.analysis.kpi.kept import Kept
from periplo.language.catalogue import spanish
from periplo.predicates import parse

LETTERS = {
    "P": "Page Viewed",
    "V": "Product Viewed",
    "A": "Product Added",
    "C": "Checkout Started",
    "O": "Order Completed",
    "R": "Order Refunded",
    "X": "Order Cancelled",
    "S": "Email Sent",
    "D": "Email Delivered",
    "W": "Email Opened",
    "K": "Email Clicked",
    "T": "Ticket Opened",
    "Y": "Ticket Replied",
    "Z": "Ticket Resolved",
    "N": "Survey Answered",
    "Q": "Promotion Viewed",
    "U": "Promotion Clicked",
}
HOUR, DAY = 3600, 86400


def ask(*lines: str, by: str | None = None, currency: str | None = "EUR", **more):
    return Journeys(given(*lines, names=LETTERS, **more), currency=currency).kpis(by=by)


def value(name: str, *lines: str, **more) -> float | None:
    return ask(*lines, **more).get(name).value


def test_conversion() -> None:
    lines = ("P0 V10 O20", "V0 V3600", "V0@app O60@app V7200@app", "V0")
    assert value("conversion_rate", *lines) == pytest.approx(2 / 6)
    assert value("customer_conversion_rate", *lines) == pytest.approx(2 / 4)
    assert ask(*lines, by="channel").get("conversion_rate", "app").value == pytest.approx(1 / 2)


def test_conversion_spread_needs_enough_sessions_in_two_channels_that_take_orders() -> None:
    web, app = ["V0 O1"] * 15 + ["V0"] * 15, ["V0@app O1@app"] * 3 + ["V0@app"] * 27
    email, marketplace = ["V0@email"] * 30, ["O0@marketplace"] * 30
    assert value("conversion_spread", *web, *app, *email, *marketplace) == pytest.approx(0.4)
    assert value("conversion_spread", *web, *app[1:]) is None


def test_pages() -> None:
    lines = ("P0", "P0 P30 V90", "V0", "P0 V10 P2000")
    found = ask(*lines)
    assert found.get("bounce_rate").value == pytest.approx(2 / 5)
    assert found.get("pages_per_session").value == pytest.approx(5 / 4)
    assert found.get("exit_rate").value == pytest.approx(2 / 5)
    assert found.get("time_on_page").value == 30
    assert found.get("session_time").value == 0


def test_what_the_shop_does_alone_is_no_contact() -> None:
    found = ask("S0@email D1@email W2@email", "S0@email D1@email")
    assert found.get("session_time").n == 1
    assert found.get("message_open_rate").value == pytest.approx(1 / 2)
    assert found.get("message_click_rate").missing == ["Email Clicked | SMS Clicked | Push Clicked | WhatsApp Clicked"]


def test_clicks() -> None:
    found = ask("D0@email K1@email Q2 U3 Q4", "D0@email", "D0@email K1@email")
    assert found.get("message_click_rate").value == pytest.approx(2 / 3)
    assert found.get("promotion_click_rate").value == pytest.approx(1 / 2)
    assert found.get("ad_click_rate").missing == ["Ad Clicked", "Ad Viewed"]


def test_carts_and_checkouts() -> None:
    lines = ("A0 C10 O20", "A0 C10", f"A0 O{25 * HOUR}", f"A{3 * DAY}")
    found = ask(*lines, until=3 * DAY + HOUR)
    assert (found.get("cart_abandonment").value, found.get("cart_abandonment").n) == (pytest.approx(2 / 3), 3)
    assert (found.get("checkout_abandonment").value, found.get("checkout_abandonment").n) == (0.5, 2)


def test_money() -> None:
    found = ask("O0 O5 R9", "X3", "O7", "O8", revenue_minor=[1000, 3000, 500, 200, None, 600], strangers=[3])
    figures = {kpi.id: (kpi.value, kpi.n, kpi.currency) for kpi in found.values if kpi.unit in {"money", "count"}}
    assert figures["orders"] == (4, 4, None)
    assert figures["revenue"] == (4600, 4, "EUR")
    assert figures["refunds"] == (700, 2, "EUR")
    assert figures["returned_orders"] == (2, 2, None)
    assert figures["net_revenue"] == (3900, 6, "EUR")
    assert figures["average_order_value"] == (pytest.approx(4600 / 3), 3, "EUR")
    assert figures["customer_value"] == (2000, 2, "EUR")
    assert found.get("refund_rate").value == pytest.approx(700 / 4600)
    assert found.get("customers").value == 3


def test_currencies_never_mix() -> None:
    columns = given("O0 O1", "O2", names=LETTERS, revenue_minor=[1000, 500, 300], currency=["USD", "EUR", None])
    found = Journeys(columns, currency="GBP").kpis()
    rows = {(kpi.id, kpi.currency): kpi.value for kpi in found.values}
    assert (rows["revenue", "USD"], rows["revenue", "EUR"], rows["revenue", "GBP"]) == (1000, 500, 300)
    assert ("revenue", None) not in rows
    assert rows["customer_value", "USD"] == 1000
    assert found.get("revenue", currency="EUR").tell("en") == "€5.00"
    unknown = Journeys(given("O0", names=LETTERS, revenue_minor=[900])).kpis().get("revenue")
    assert (unknown.value, unknown.currency, unknown.tell("en")) == (900, None, "900")


def test_customers_who_come_back() -> None:
    lines = (f"O0 O{10 * DAY}", f"O0 O{20 * DAY}", "O0", f"O{25 * DAY}", f"O{30 * DAY}")
    found = ask(*lines, strangers=[4], until=31 * DAY)
    assert found.get("repeat_purchase_rate").value == pytest.approx(2 / 4)
    assert found.get("time_between_orders").value == 15 * DAY
    assert found.get("time_between_orders_p90").value == 19 * DAY
    churned = found.get("churned_customers")
    assert (churned.value, churned.n, churned.values) == (pytest.approx(2 / 4), 4, {"days": 19.0})
    assert ask("O0").get("churned_customers").missing == ["a customer with two orders"]


def test_journeys_to_an_order() -> None:
    lines = ("K0@email V60 O120", "V0 A30", f"V0@app O{HOUR}@store V{2 * HOUR}@app")
    found = ask(*lines)
    assert found.get("journey_duration").value == (120 + HOUR) / 2
    assert found.get("journey_duration").n == 2
    assert found.get("channel_switches").value == pytest.approx(2 / 4)
    assert found.get("multichannel_cycles").value == pytest.approx(2 / 4)


def test_contacts_per_week() -> None:
    found = ask("V0 V1 V2 S3@email", f"V{14 * DAY}", until=14 * DAY)
    assert found.get("contact_frequency").value == pytest.approx(4 / 3)


def test_service() -> None:
    found = ask("T0 T10 Y60 Z100", "T0 Y30", "T0")
    assert (found.get("first_response").value, found.get("first_response").n) == (45, 2)
    assert (found.get("resolution_time").value, found.get("resolution_time").n) == (100, 1)


def test_service_by_ticket() -> None:
    tickets = ["a", "b", "b", "a", "b", "a", "a", "b", None, None, "c", "a"]
    found = ask("T0 T10 Y20 Y60 Z70 Z80 T90 Y95", "T0 Y7", "Y0 Z100", ticket_id=tickets)
    assert (found.get("first_response").value, found.get("first_response").n) == (10, 3)
    assert (found.get("resolution_time").value, found.get("resolution_time").n) == (70, 2)
    reopened = ask("T0 Y5 Z10 T20 Z50", ticket_id=["a"] * 5)
    assert (reopened.get("resolution_time").value, reopened.get("resolution_time").n) == (50, 1)


def test_surveys_by_their_kind() -> None:
    lines = ["N0"] * 9
    kinds = ["nps", "nps", "NPS", "csat", "csat", "csat", "ces", None, "nps"]
    found = ask(*lines, survey=kinds, score=[10, 9, 3, 5, 4, 5, 7, 9, None])
    assert (found.get("nps").value, found.get("nps").n) == (pytest.approx(100 / 3), 3)
    assert found.get("csat").value == pytest.approx(2 / 3)
    assert found.get("ces").value == 1
    without = ask(*lines, survey=["csat"] * 9, score=[5.0] * 9)
    assert without.get("nps").missing == ["survey: nps"]
    assert ask("N0").get("nps").missing == ["score"]


def test_costs_when_they_are_known() -> None:
    columns = given("V0 O1", "V0 O1 O2", names=LETTERS, acquisition_cost_minor=[300, None, 500, None, None])
    found = Journeys(columns, currency="EUR").kpis()
    assert found.get("acquisition_cost").value == 400
    assert found.get("retention_cost").missing == ["retention_cost_minor", "orders in the period before"]


def test_change_against_the_period_before() -> None:
    lines = (f"O0 O{10 * DAY}", f"O0 O{11 * DAY}", "O0", f"V{9 * DAY} O{12 * DAY}")
    journeys = Journeys(given(*lines, names=LETTERS, until=14 * DAY))
    week = journeys.between("1970-01-08", "1970-01-14").kpis()
    orders, retained = week.get("orders"), week.get("retention_rate")
    assert (orders.value, orders.before, orders.change) == (3, 3, 0)
    assert (week.get("customers").value, week.get("customers").before) == (3, 3)
    assert (retained.value, retained.n) == (pytest.approx(2 / 3), 3)
    assert week.behind("kpi/retention_rate").tolist() == [0, 1]
    everything = journeys.kpis()
    assert everything.get("orders").before is None
    assert everything.get("retention_rate").missing == ["orders in the period before"]


def test_a_period_that_is_not_over_is_compared_with_as_long_a_one() -> None:
    lines = [f"O{day * DAY}" for day in range(10)]
    week = Journeys(given(*lines, names=LETTERS, until=10 * DAY - 1e-6)).between("1970-01-08", "1970-01-31").kpis()
    assert (week.get("orders").value, week.get("orders").before) == (3, 3)


def test_by_channel_against_the_period_before() -> None:
    columns = given(f"O0 O{DAY}@app O{2 * DAY} O{2 * DAY + 1} O{3 * DAY}@app", names=LETTERS, until=4 * DAY)
    found = Journeys(columns).between("1970-01-03", "1970-01-04").kpis(by="channel")
    assert [(found.get("orders", name).value, found.get("orders", name).before) for name in (None, "web", "app")] == [
        (3, 2),
        (2, 1),
        (1, 1),
    ]


def test_each_month_against_the_one_before_where_both_are_over() -> None:
    lines = (f"O0 O{40 * DAY} O{41 * DAY} O{70 * DAY} O{95 * DAY}", "V0")
    found = Journeys(given(*lines, names=LETTERS)).kpis(by="month")
    months = ("1970-01", "1970-02", "1970-03", "1970-04")
    assert [found.get("orders", month).value for month in months] == [1, 2, 1, 1]
    assert [found.get("orders", month).before for month in months] == [None, 1, 2, None]
    assert found.get("orders", "1970-03").change == -0.5


def test_by_day_follows_the_zone_of_the_shop() -> None:
    columns = given(f"O{22 * HOUR} O{23.5 * HOUR}", f"O{47 * HOUR}", names=LETTERS)
    days = Journeys(columns, zone="Europe/Madrid").kpis(by="day")
    assert [(kpi.group, kpi.value) for kpi in days.values if kpi.id == "orders"] == [
        (None, 3),
        ("1970-01-01", 1),
        ("1970-01-02", 1),
        ("1970-01-03", 1),
    ]


def test_by_segment_each_on_its_own_customers() -> None:
    segments = {
        "buyers": parse({"did": "Order Completed"}),
        "repeat": parse({"did": "Order Completed", "at_least": 2}),
    }
    journeys = Journeys(given("V0 O1", "V0", "V0 O1 O2", names=LETTERS), segments=segments)
    found = journeys.kpis(by="segment")
    orders = {kpi.group: kpi.value for kpi in found.values if kpi.id == "orders"}
    assert orders == {None: 3, "buyers": 3, "repeat": 2}
    assert found.behind("kpi/orders/repeat").tolist() == [2]
    assert found.behind("kpi/orders").tolist() == [0, 2]
    steps = journeys.funnel("Product Viewed", "Order Completed", by="segment")
    assert [(group.value, group.steps[1].customers) for group in steps.groups] == [("buyers", 2), ("repeat", 1)]
    assert steps.behind("funnel/2/customers/repeat").tolist() == [2]


def test_an_absent_figure_says_what_it_lacks() -> None:
    found = ask("V0")
    absent = {kpi.id: kpi.missing for kpi in found.values if kpi.missing}
    assert absent["conversion_rate"] == ["Order Completed"]
    assert absent["revenue"] == ["Order Completed", "revenue_minor"]
    assert absent["cart_abandonment"] == ["Product Added | Product Removed | Wishlist Product Added to Cart"]
    row = next(row for row in found.shown("es").rows if row[0] == "tasa de conversión de sesiones")
    assert row[1] == "necesita Pedido completado"


def test_every_figure_has_its_spanish() -> None:
    kept = [*Kept(Journeys(given("V0")).taxonomy, given("V0"), None, Together(), None).figures()]
    texts = {text for each in (*SPECS, *kept) for text in (each.label, each.meaning)}
    assert texts <= spanish().keys()
    assert len({spec.id for spec in SPECS}) == len(SPECS)
