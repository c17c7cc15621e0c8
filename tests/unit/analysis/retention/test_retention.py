"""Retention equals counting by hand, for every option and their combinations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from plain_retention import retention as by_hand

from given import given, made
from periplo.analysis import Journeys
from periplo.errors import UnknownName, UsageError
from periplo.predicates import parse

NAMES = ("Product Viewed", "Order Completed", "Email Delivered")
DAY = 86400
SPRING = 7389 * DAY  # 25 March 1990: the clocks go forward in Madrid, a week later in New York


@st.composite
def happenings(draw):
    """Up to eight customers over about ten weeks, around a change of the clocks, some events at the same instant."""
    span = draw(st.sampled_from([3, 30, 70]))
    hour = st.integers(0, span * 24)
    one = st.tuples(st.integers(0, 7), st.sampled_from(NAMES), hour, st.just("web"))
    found = draw(st.lists(one, min_size=1, max_size=60))
    return [(who, name, float(SPRING + hours * 3600), channel) for who, name, hours, channel in found]


@settings(max_examples=90)
@for_all(
    happened=happenings(),
    unit=st.sampled_from(["day", "week", "month"]),
    mode=st.sampled_from(["on", "on_or_after", "bracket"]),
    cohort=st.sampled_from(["first", "any"]),
    rolling=st.booleans(),
    names=st.sampled_from([(None, None), ("Product Viewed", "Order Completed"), ("Order Completed",) * 2]),
    brackets=st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(sorted),
    zone=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York"]),
)
def test_equals_counting_by_hand(happened, unit, mode, cohort, rolling, names, brackets, zone) -> None:
    columns = made(happened, 8)
    options = {"unit": unit, "mode": mode, "cohort": cohort, "rolling": rolling}
    more = {"brackets": brackets} if mode == "bracket" else {"periods": 5}
    found = Journeys(columns, zone=zone).retention(*names, **options, **more)
    contacts = {"Product Viewed", "Order Completed"}
    expected = by_hand(
        [[(name, when) for who, name, when, _ in happened if who == customer] for customer in range(8)],
        start={names[0]} if names[0] else contacts,
        back={names[1]} if names[1] else contacts,
        edges=[0, *brackets] if mode == "bracket" else range(7),
        until=columns.until_us / 1e6,
        zone=zone,
        **options,
    )
    cells = {
        (cohort.period, cell.after): (cell.eligible, cell.customers, cell.open, cell.so_far)
        for cohort in found.cohorts
        for cell in cohort.cells
    }
    # A cell that stands in no row is one that nobody has reached yet.
    assert cells == {key: numbers for key, numbers in expected.items() if key in cells}
    assert all(numbers[0] == numbers[3] == 0 for key, numbers in expected.items() if key not in cells)
    _means_are_those_of_the_cells(found)
    _parts_add_up(found, columns)


def _means_are_those_of_the_cells(found) -> None:
    for mean in found.mean:
        cells = [c for cohort in found.cohorts for c in cohort.cells if c.after == mean.after and c.eligible]
        assert mean.cohorts == len(cells)
        assert mean.rate == (
            pytest.approx(sum(c.customers for c in cells) / sum(c.eligible for c in cells)) if cells else None
        )


def _parts_add_up(found, columns) -> None:
    for cohort in found.cohorts:
        assert len(found.behind(f"retention/{cohort.period}/size")) == cohort.customers
        for cell in cohort.cells:
            assert cell.eligible + cell.open == cohort.customers
            assert cell.complete == (cell.open == 0)
            ref = f"retention/{cohort.period}/{cell.after}"
            assert len(found.behind(f"{ref}/back")) == cell.customers
            assert len(found.behind(f"{ref}/so_far")) == cell.so_far
            assert len(found.behind(f"{ref}/eligible")) == cell.eligible
            assert len(found.behind(f"{ref}/open")) == cell.open


@settings(max_examples=40)
@for_all(happenings(), st.sampled_from(["on", "on_or_after", "bracket"]), st.randoms(use_true_random=False))
def test_neither_order_nor_threads_nor_parts_matter(happened, mode: str, random) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    one = Journeys(made(happened, 8), threads=1).retention(mode=mode, unit="day", by="channel")
    many = Journeys(made(shuffled, 8), threads=5).retention(mode=mode, unit="day", by="channel")
    assert one.to_dict() == many.to_dict()


def test_a_return_is_later_than_the_beginning() -> None:
    journeys = Journeys(given("A0 A0", "A0 A1", "A0", until=DAY))
    (cell,) = journeys.retention("A", "A", unit="day", periods=0).cohorts[0].cells
    assert (cell.customers, cell.eligible, cell.rate) == (1, 3, pytest.approx(1 / 3))


def test_what_the_shop_does_alone_brings_nobody_back() -> None:
    columns = given(f"P0 D{DAY}", f"P0 P{DAY}", names={"P": "Page Viewed", "D": "Email Delivered"}, until=2 * DAY)
    cells = Journeys(columns).retention(unit="day").cohorts[0].cells
    assert [cell.customers for cell in cells[:2]] == [0, 1]


def test_strangers_are_left_out() -> None:
    columns = given("A0 A1", "A0 A1", strangers=[1], until=DAY)
    assert Journeys(columns).retention(unit="day").cohorts[0].customers == 1


def test_the_simple_mean_counts_every_cohort_alike() -> None:
    journeys = Journeys(given(f"A0 A{DAY}", "A0", "A0", f"A{DAY} A{2 * DAY}", until=5 * DAY))
    weighted = journeys.retention(unit="day", periods=1).mean[1]
    simple = journeys.retention(unit="day", periods=1, mean="simple").mean[1]
    assert (weighted.rate, weighted.customers, weighted.eligible) == (0.5, 2, 4)
    assert simple.rate == pytest.approx((1 / 3 + 1) / 2)


def test_a_rolling_week_is_over_for_some_of_a_cohort() -> None:
    journeys = Journeys(given(f"A0 A{8 * DAY}", f"A{2 * DAY}", until=15 * DAY))
    found = journeys.retention(unit="month", rolling=False, periods=0).cohorts[0].cells[0]
    assert (found.complete, found.eligible, found.rate, found.so_far) == (False, 0, None, 1)
    weeks = journeys.retention(unit="week", rolling=True, periods=3)
    cells = [(c.eligible, c.customers, c.open) for cohort in weeks.cohorts for c in cohort.cells]
    assert cells == [(2, 0, 0), (1, 1, 1), (0, 0, 2)]
    assert weeks.shown("en").rows[0] == ["1970-W01", "2", "0.0%", "100.0% *", "0.0% *", ""]


def test_days_follow_the_clocks_of_the_zone() -> None:
    """On 28 March 2021 a day in Madrid had 23 hours: 23:30 UTC is the next day there."""
    sunday = 18714 * DAY - 3600  # 2021-03-28 00:00 in Madrid
    columns = given(f"A{sunday} A{sunday + 23 * 3600 - 1}", f"A{sunday} A{sunday + 23 * 3600}", until=sunday + 9 * DAY)
    cells = Journeys(columns, zone="Europe/Madrid").retention(unit="day", periods=1).cohorts[0].cells
    assert [cell.customers for cell in cells] == [1, 1]
    assert Journeys(columns, zone="UTC").retention(unit="day", periods=1).cohorts[0].period == "2021-03-27"


def test_by_a_property_of_the_beginning() -> None:
    device = ["phone", "desktop", "desktop", "phone", None]
    columns = given(f"A0 A{DAY}", f"A0 A{DAY}", "A0", device=device, until=3 * DAY)
    found = Journeys(columns).retention(unit="day", periods=1, by="device")
    groups = {group.value: group.cohorts[0] for group in found.groups}
    assert {name: (c.customers, c.cells[1].customers) for name, c in groups.items()} == {
        "phone": (1, 1),
        "desktop": (1, 1),
        "unknown": (1, 0),
    }
    assert found.behind("retention/1970-01-01/1/back/desktop").tolist() == [1]
    assert found.behind("retention/all/1/back").tolist() == [0, 1]
    assert {row["device"] for row in found.rows()} == {"phone", "desktop", "unknown"}


def test_by_segment() -> None:
    segments = {"buyers": parse({"did": "Order Completed"})}
    columns = given(f"V0 V{DAY}", f"V0 O{DAY}", names={"V": "Product Viewed", "O": "Order Completed"}, until=3 * DAY)
    found = Journeys(columns, segments=segments).retention(unit="day", by="segment")
    assert [(group.value, group.cohorts[0].customers) for group in found.groups] == [("buyers", 1)]
    assert found.behind("retention/1970-01-01/1/back/buyers").tolist() == [1]


def test_a_predicate_that_needs_more_than_a_name() -> None:
    columns = given(f"A0 A{DAY} A{2 * DAY}", device=["phone", "desktop", "phone"], until=4 * DAY)
    cells = Journeys(columns).retention("A", {"event": "A", "where": {"device": "phone"}}, unit="day").cohorts[0].cells
    assert [cell.customers for cell in cells[:3]] == [0, 0, 1]


def test_it_says_what_was_counted() -> None:
    columns = given("O0", names={"O": "Order Completed"})
    found = Journeys(columns).retention(
        "Order Completed", mode="on_or_after", rolling=True, cohort="any", mean="simple"
    )
    said = found.explain("es")
    assert "Pedido completado" in said
    assert "168 horas" in said
    assert "cualquier contacto" in said
    assert "Order Completed" in found.explain("en")


@pytest.mark.parametrize(
    "wrong",
    [{"periods": -1}, {"periods": 401}, {"mode": "bracket", "brackets": [3, 3]}, {"brackets": [1, 2]}],
)
def test_misuse_is_said(wrong) -> None:
    with pytest.raises(UsageError):
        Journeys(given("A0")).retention(**wrong)
    with pytest.raises(UnknownName):
        Journeys(given("A0")).retention(unit="decade")
    with pytest.raises(UnknownName):
        Journeys(given("A0")).retention("Ordr Completed")
    with pytest.raises(UnknownName):
        Journeys(given("A0")).retention(by="colour")


def test_odd_journeys_have_honest_answers() -> None:
    nobody = Journeys(made([], 0)).retention()
    assert nobody.cohorts == []
    assert all(mean.rate is None for mean in nobody.mean)
    one = Journeys(given("A0")).retention(unit="day").cohorts
    assert [(c.customers, [cell.rate for cell in c.cells]) for c in one] == [(1, [None])]
    never = Journeys(given("A0")).retention("Order Completed")
    assert never.cohorts == []


def test_merging_states_is_asking_once() -> None:
    random = np.random.default_rng(3)
    happened = [(int(random.integers(40)), "A", float(random.integers(50 * DAY)), "web") for _ in range(500)]
    journeys = Journeys(made(happened, 40))
    whole = journeys.retention(unit="week", by="channel").to_dict()
    for threads in (2, 3, 7):
        journeys.threads = threads
        assert journeys.retention(unit="week", by="channel").to_dict() == whole
