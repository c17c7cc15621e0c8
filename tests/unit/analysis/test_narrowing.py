"""Narrowing to a window, to customers, to a channel; calendar periods; evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from given import given
from periplo.analysis import Journeys
from periplo.analysis.grouping import group_by
from periplo.analysis.periods import instant, microseconds, periods
from periplo.errors import BadPredicate, UnknownName, UsageError
from periplo.predicates import parse

DAY = 86400


def events(journeys: Journeys) -> int:
    return journeys.columns.events


def test_days_of_the_shops_zone_both_included() -> None:
    columns = given("A0 A80000 A90000 A170000 A200000")
    utc, madrid = Journeys(columns), Journeys(columns, zone="Europe/Madrid")
    assert events(utc.between("1970-01-01", "1970-01-01")) == 2
    assert events(utc.between("1970-01-02")) == 3
    assert events(madrid.between(until=date(1970, 1, 1))) == 2
    assert events(madrid.between(date(1970, 1, 2), "1970-01-02")) == 1
    assert utc.between() is utc


def test_instants_the_second_excluded() -> None:
    journeys = Journeys(given("A0 A10 A20"))
    since, until = datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC), "1970-01-01T00:00:20+00:00"
    assert events(journeys.between(since, until)) == 1
    assert events(journeys.between("1970-01-01T01:00:10+01:00")) == 2


def test_the_end_of_the_window_is_no_later_than_the_data() -> None:
    journeys = Journeys(given("A0", until=100))
    assert journeys.between("1970-01-01", "1970-12-31").evidence.until == instant(100_000_000)
    assert journeys.between(until="1970-01-01T00:00:50").evidence.until == instant(49_999_999)


def test_the_last_day_that_is_told_is_the_last_one_looked_at() -> None:
    journeys = Journeys(given("A0 A200000"), zone="Europe/Madrid")
    assert "1 Jan 1970 to 2 Jan 1970" in journeys.between(until="1970-01-02").sessions().explain()
    assert "1 Jan 1970 to 3 Jan 1970" in Journeys(given("A0 A172800")).sessions().explain()


def test_it_is_told_to_what_journeys_were_narrowed_and_by_what_they_are_split() -> None:
    names = {"A": "Order Completed", "B": "Product Viewed"}
    journeys = Journeys(given("B0@app A1@app", "B5@app", names=names, device=["tablet"] * 3), currency="EUR")
    narrowed = journeys.where({"did": "Order Completed"}).channel("app")
    split = [narrowed.retention(by="device"), narrowed.attribution(by="device"), narrowed.plain_value(by="device")]
    for result in [narrowed.sessions(), narrowed.rfm(), narrowed.clv(), *split]:
        assert "Order completed”. Only the channel “app”. 1 customer" in result.explain()
        assert "Solo el canal «app»." in result.explain("es")
    assert all("Split by device. Only customers with: " in result.explain() for result in split)
    assert not journeys.evidence.only


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "31/01/2026"])
def test_what_is_no_date_says_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="2026-01-31"):
        Journeys(given("A0")).between(text)


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(UsageError, match="ends before"):
        Journeys(given("A0")).between("1970-01-02", "1970-01-01")


def test_where_keeps_whole_customers() -> None:
    journeys = Journeys(given("A0 B1 A2", "A0", "B5"))
    kept = journeys.where({"did": "B"})
    assert kept.columns.customer.tolist() == [0, 2]
    assert events(kept) == 4
    assert kept.where("A").columns.customer.tolist() == [0]
    assert kept.customers(np.array([1])) == ["2"]
    with pytest.raises(BadPredicate):
        journeys.where({"dit": "B"})


def test_where_looks_at_the_end_of_the_window() -> None:
    journeys = Journeys(given("A0 B100000", "A0 B1"))
    assert journeys.between(until="1970-01-01").where({"did": "B"}).columns.customer.tolist() == [1]
    assert journeys.where({"did": "B"}).between(until="1970-01-01").columns.customer.tolist() == [1]


def test_a_channel() -> None:
    journeys = Journeys(given("A0 A1@app", "A2"))
    assert events(journeys.channel("app")) == 1
    with pytest.raises(UnknownName, match="“app”"):
        journeys.channel("aap").columns  # noqa: B018 (narrowing happens when the events are looked at)


def test_properties_follow_the_events() -> None:
    columns = given("A0 B1 A2", "A3", device=["x", "y", "z", "w"], score=[1, 2, 3, 4])
    kept = columns.keep_events(columns.event == columns.code("A")).part(0, 2)
    assert [kept.properties.column("device").values[code] for code in kept.properties.column("device").codes] == [
        "x",
        "z",
        "w",
    ]
    assert kept.properties.column("score").tolist() == [1, 3, 4]
    assert kept.keep_customers(np.array([False, True])).properties.column("score").tolist() == [4]
    assert kept.properties.column("none such") is None


def test_a_step_nobody_knows_is_a_slip_not_a_zero() -> None:
    journeys = Journeys(given("A0"), names=lambda numbers: [f"customer {n}" for n in numbers])
    with pytest.raises(UnknownName, match="Did you mean"):
        Journeys(given("Ordered0")).funnel("Orderd")
    with pytest.raises(UnknownName, match="Did you mean"):
        Journeys(given("Ordered0")).funnel(parse("Orderd"))
    with pytest.raises(UnknownName, match="“Ordered”"):
        Journeys(given("Ordered0")).where({"did_not": "Orderd"})
    with pytest.raises(UnknownName, match="“score”"):
        Journeys(given("A0", score=[1])).where({"where": {"scor": 1}})
    assert journeys.funnel("Order Completed").steps[0].customers == 0
    assert journeys.where({"where": {"coupon": "x"}}).columns.customers == 0
    assert journeys.where(parse("Never Seen")).columns.customers == 0
    assert journeys.funnel({"event": "A", "where": {"channel": "web"}}).steps[0].customers == 1
    assert journeys.customers(np.array([0])) == ["customer 0"]


def test_a_funnel_has_steps_but_not_too_many() -> None:
    for steps in ([], ["A"] * 33):
        with pytest.raises(UsageError, match="1 to 32"):
            Journeys(given("A0")).funnel(*steps)


def test_a_property_that_is_not_there_proposes_others() -> None:
    with pytest.raises(UnknownName, match="“device”"):
        group_by("devise", given("A0", device=["x"]), "UTC")


def test_numbers_make_groups_too() -> None:
    columns = given("A0", "A0", "A0", score=[5, 2.5, None])
    groups = Journeys(columns).funnel("A", by="score").groups
    assert {group.value: group.steps[0].customers for group in groups} == {"2.5": 1, "5": 1, "unknown": 1}


def test_evidence_counts_the_unknown() -> None:
    evidence = Journeys(given("A0 A1 A2", "A5", strangers=[1]), left_out={"rows without a readable time": 2}).evidence
    assert (evidence.customers, evidence.events, evidence.known_share) == (1, 4, 0.75)
    assert "75.0%" in evidence.tell("en")
    assert "2 filas sin una fecha legible; 1 cliente desconocido" in evidence.tell("es")


def test_periods_across_daylight_saving() -> None:
    since, until = (microseconds(datetime(2026, 3, day, 12, tzinfo=UTC)) for day in (28, 30))
    starts, names = periods(since, until, "Europe/Madrid", "day")
    assert names == ("2026-03-28", "2026-03-29", "2026-03-30")
    assert np.diff(starts).tolist() == [24 * 3600 * 10**6, 23 * 3600 * 10**6]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    since, until = microseconds(datetime(2025, 12, 31, tzinfo=UTC)), microseconds(datetime(2026, 2, 1, tzinfo=UTC))
    assert periods(since, until, "UTC", "week")[1] == ("2026-W01", "2026-W02", "2026-W03", "2026-W04", "2026-W05")
    starts, names = periods(since, until, "UTC", "month")
    assert names == ("2025-12", "2026-01", "2026-02")
    assert [instant(int(start)).day for start in starts] == [1, 1, 1]


def test_a_period_outside_the_data_says_where_they_end() -> None:
    journeys = Journeys(given("A0 B9"), zone="Europe/Madrid")
    with pytest.raises(UsageError, match="Nothing has happened since 2030-01-01: the last event is of 1970-01-01"):
        journeys.between("2030-01-01")
    with pytest.raises(UsageError, match="No event is as old as 1960-01-01: the first is of 1970-01-01"):
        journeys.between(until="1960-01-01")
    with pytest.raises(UsageError, match="There are no events yet"):
        Journeys(given()).between("2026-01-01")
