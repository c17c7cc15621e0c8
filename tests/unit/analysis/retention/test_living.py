"""Lifecycle and stickiness equal counting by hand, and add up with the period before."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from plain_retention import period_name, period_of

from given import given, made
from periplo.analysis import Journeys
from periplo.errors import UnknownName
from periplo.predicates import parse

DAY = 86400
UNITS = st.sampled_from(["day", "week", "month"])
ZONES = st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kathmandu"])
happenings = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["Product Viewed", "Order Completed"]),
        st.integers(0, 80 * 24).map(lambda hours: hours * 3600.0),
        st.sampled_from(["web", "app"]),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda event: (event[0], event[2]),
)


@settings(max_examples=50)
@for_all(happenings, UNITS, ZONES)
def test_lifecycle_equals_counting_by_hand(happened, unit: str, zone: str) -> None:
    columns = made(happened, 7)
    found = Journeys(columns, zone=zone).lifecycle(unit=unit)
    first, last = (period_of(us / 1e6, zone, unit) for us in (columns.since_us, columns.until_us))
    expected = {period: Counter() for period in range(first, last + 1)}
    for customer in range(7):
        active = {period_of(when, zone, unit) for who, _, when, _ in happened if who == customer}
        for period in expected if active else ():
            if period in active:
                new = period == min(active)
                kind = "new" if new else "returning" if period - 1 in active else "resurrecting"
                expected[period][kind] += 1
            elif period - 1 in active:
                expected[period]["dormant"] += 1
    kinds = ("new", "returning", "resurrecting", "dormant")
    assert [(each.period, *(getattr(each, kind) for kind in kinds)) for each in found.periods] == [
        (period_name(period, unit), *(counts[kind] for kind in kinds)) for period, counts in expected.items()
    ]
    for each in found.periods:
        for kind in (*kinds, "active"):
            assert len(found.behind(f"lifecycle/{each.period}/{kind}")) == getattr(each, kind)


@settings(max_examples=40)
@for_all(happenings, UNITS)
def test_lifecycle_adds_up_with_the_period_before(happened, unit: str) -> None:
    found = Journeys(made(happened, 7)).lifecycle(unit=unit, by="channel")
    for periods in (found.periods, *(group.periods for group in found.groups)):
        for before, each in itertools.pairwise(periods):
            assert each.returning + each.dormant == before.active
            assert each.active == each.new + each.returning + each.resurrecting
    for k, each in enumerate(found.periods):
        assert each.active == sum(group.periods[k].active for group in found.groups)


@settings(max_examples=60)
@for_all(happenings, UNITS, ZONES)
def test_stickiness_equals_counting_by_hand(happened, unit: str, zone: str) -> None:
    found = Journeys(made(happened, 7), zone=zone).stickiness("Order Completed", unit=unit)
    active = [
        {period_of(when, zone, unit) for who, name, when, _ in happened if (who, name) == (customer, "Order Completed")}
        for customer in range(7)
    ]
    expected = Counter(len(each) for each in active if each)
    assert {step.intervals: step.customers for step in found.steps if step.customers} == dict(expected)
    assert found.customers == sum(expected.values())
    assert found.mean == pytest.approx(sum(map(len, active)) / (found.customers or 1))
    for step in found.steps:
        assert step.at_least == sum(n for size, n in expected.items() if size >= step.intervals)
        assert len(found.behind(f"stickiness/{step.intervals}")) == step.customers
        assert len(found.behind(f"stickiness/at_least/{step.intervals}")) == step.at_least


@settings(max_examples=30)
@for_all(happenings, st.integers(2, 7), st.randoms(use_true_random=False))
def test_neither_order_nor_threads_nor_parts_matter(happened, threads: int, random) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    one, many = Journeys(made(happened, 7), threads=1), Journeys(made(shuffled, 7), threads=threads)
    for ask in (
        lambda j: j.lifecycle(unit="day", by="channel"),
        lambda j: j.stickiness(unit="day", by="channel"),
        lambda j: j.cohorts(unit="day", by="channel"),
    ):
        assert _plain(ask(one)) == _plain(ask(many))


def _plain(result) -> dict:
    whole = result.to_dict()
    return whole | {"groups": sorted(whole["groups"], key=lambda group: group["value"])}


def test_who_comes_back_after_a_pause_is_resurrected() -> None:
    journeys = Journeys(given(f"A0 A{DAY} A{3 * DAY}", f"A{DAY}", until=4 * DAY - 1e-6))
    periods = journeys.lifecycle(unit="day").periods
    assert [(p.new, p.returning, p.resurrecting, p.dormant, p.complete) for p in periods] == [
        (1, 0, 0, 0, True),
        (1, 1, 0, 0, True),
        (0, 0, 0, 2, True),
        (0, 0, 1, 0, True),
    ]


def test_split_by_segment() -> None:
    segments = {"buyers": parse({"did": "Order Completed"})}
    columns = given("V0", f"V0 O{DAY}", names={"V": "Product Viewed", "O": "Order Completed"})
    journeys = Journeys(columns, segments=segments)
    lived, sticky = journeys.lifecycle(unit="day", by="segment"), journeys.stickiness(by="segment")
    assert [[p.new for p in group.periods] for group in lived.groups] == [[1, 0]]
    assert lived.behind("lifecycle/1970-01-01/new/buyers").tolist() == [1]
    assert [(group.value, group.mean) for group in sticky.groups] == [("buyers", 2.0)]
    assert sticky.behind("stickiness/2/buyers").tolist() == [1]


def test_the_last_period_is_marked_until_it_is_over() -> None:
    journeys = Journeys(given(f"A0 A{DAY}"))
    assert [each.complete for each in journeys.lifecycle(unit="day").periods] == [True, False]
    assert journeys.stickiness().last_incomplete
    assert journeys.lifecycle(unit="day").shown("es").rows[1][0] == "1970-01-02 *"


def test_misuse_and_odd_journeys() -> None:
    journeys = Journeys(given("A0 A0 A0", "A0", strangers=[1]))
    assert [(s.intervals, s.customers) for s in journeys.stickiness().steps] == [(1, 1)]
    assert journeys.lifecycle("Order Completed").periods[0].active == 0
    assert journeys.stickiness("Order Completed").steps == []
    for result in (Journeys(made([], 0)).lifecycle(), Journeys(made([], 0)).stickiness()):
        assert result.shown("en").title
        assert result._repr_html_()
    for ask in (journeys.lifecycle, journeys.stickiness, journeys.cohorts):
        with pytest.raises(UnknownName):
            ask(unit="yera")
        with pytest.raises(UnknownName):
            ask(by="colour")
    with pytest.raises(UnknownName):
        journeys.lifecycle().behind("lifecycle/1999-W01/new")
    with pytest.raises(UnknownName):
        journeys.stickiness().behind("stickiness/0")


def test_they_are_drawn() -> None:
    columns = given(f"O0@web O{DAY}@app O{9 * DAY}@web", f"O{DAY}@app", names={"O": "Order Completed"})
    journeys = Journeys(columns)
    triangle, mean = journeys.retention(unit="day", by="channel").charts("en")
    assert [(row.label, row.said, row.cells[1].value, row.cells[1].faint) for row in triangle.rows] == [
        ("1970-01-01", "1", 1.0, False),
        ("1970-01-02", "1", 0.0, False),
    ]
    assert [line.name for line in mean.series] == ["all", "Web", "App"]
    (cohorts,) = journeys.cohorts(unit="day").charts("es")
    assert cohorts.rows[0].cells[0].tip == "1970-01-01, +1: 1 de 1"
    (lines,) = journeys.lifecycle(unit="day").charts("en")
    assert [(line.name, line.values[:2], line.sure) for line in lines.series][:2] == [
        ("active", [1, 2], 9),
        ("new", [1, 1], 9),
    ]
    for result in (journeys.retention(), journeys.cohorts(), journeys.lifecycle(), journeys.stickiness()):
        assert result.chart("es", "dark").startswith("<svg")
