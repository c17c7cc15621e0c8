"""Figures whose parts are customers, days or products equal counting by hand, whatever the order, parts and threads."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis import Journeys
from periplo.analysis.kpi.answering import FIGURES

DAY = 86400
WEEK = 7 * DAY
NAMES = ("Page Viewed", "Product Added", "Order Completed", "Product Out Of Stock Viewed", "Email Delivered")
happenings = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(NAMES),
        st.integers(0, 40 * 24 * 6).map(lambda tens: tens * 600.0),
        st.sampled_from(["web", "app", "store"]),
        st.sampled_from(["a", "b", None]),
        st.sampled_from([10.0, 12.0, None]),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda event: (event[0], event[2]),
)


def journeys(happened, threads: int | None = None) -> Journeys:
    return Journeys(
        made(
            [event[:4] for event in happened],
            6,
            product_id=[event[4] for event in happened],
            price=[event[5] for event in happened],
            revenue_minor=[float(100 + event[0]) if event[1] == "Order Completed" else None for event in happened],
        ),
        currency="EUR",
        threads=threads,
    )


@settings(max_examples=25)
@for_all(happenings)
def test_time_and_contacts_per_customer(happened) -> None:
    asked = journeys(happened)
    until = asked.columns.until_us / 1e6
    sessions = defaultdict(list)
    for who, name, when, channel, *_ in sorted(happened, key=lambda event: event[2]):
        if name != "Email Delivered":
            mine = sessions[who, channel]
            if mine and when - mine[-1][1] < 1800:
                mine[-1][1] = when
            else:
                mine.append([when, when])
    found = asked.kpis(by="channel", figures=["time_per_customer", "contact_frequency", "sessions"])
    for channel in (None, "web", "app", "store"):
        mine = {key: spans for key, spans in sessions.items() if channel in (None, key[1])}
        who = {key[0] for key in mine}
        if not who:
            continue
        lasted = sum(end - begin for spans in mine.values() for begin, end in spans)
        assert found.get("time_per_customer", channel).value == pytest.approx(lasted / len(who))
        assert found.get("sessions", channel).value == sum(map(len, mine.values()))
        since = {each: min(s[0][0] for key, s in sessions.items() if key[0] == each) for each in who}
        weeks = sum(max((until - begun) / WEEK, 1) for begun in since.values())
        contacts = sum(e[1] != "Email Delivered" and channel in (None, e[3]) for e in happened)
        frequency = found.get("contact_frequency", channel)
        assert (frequency.value, frequency.n) == (pytest.approx(contacts / weeks), len(who))


def test_contacts_per_week_of_each_period() -> None:
    found = journeys([(0, "Page Viewed", DAY * k, "web", None, None) for k in (0, 1, 2, 9)])
    weeks = found.kpis(by="week", figures=["contact_frequency"])
    # 1970 began on a Thursday: three contacts in four days, then one in five.
    assert [(kpi.group, kpi.value) for kpi in weeks.values] == [
        (None, pytest.approx(4 / (9 / 7))),
        ("1970-W01", pytest.approx(3 / (4 / 7))),
        ("1970-W02", pytest.approx(1 / (5 / 7))),
    ]


@settings(max_examples=60)
@for_all(happenings)
def test_prices_and_stock_across_channels(happened) -> None:
    asked = journeys(happened)
    prices, sold, out = defaultdict(lambda: defaultdict(list)), defaultdict(set), defaultdict(set)
    for _, name, when, channel, product, price in happened:
        day = product, when // DAY
        if product and price is not None:
            prices[day][channel].append(price)
        if product and name == "Product Added":
            sold[day].add(channel)
        if product and name == "Product Out Of Stock Viewed":
            out[day].add(channel)
    several = [channels for channels in prices.values() if len(channels) > 1]
    apart = [
        channels
        for channels in several
        if max(min(each) for each in channels.values()) > min(max(each) for each in channels.values())
    ]
    found = asked.kpis(figures=["price_mismatch", "stock_mismatch"])
    price, stock = found.get("price_mismatch"), found.get("stock_mismatch")
    assert price.n == len(several)
    assert price.value == (pytest.approx(len(apart) / len(several)) if several else None)
    elsewhere = [day for day in out if sold[day] - out[day]]
    has = any(event[1] == "Product Out Of Stock Viewed" for event in happened) and any(e[4] for e in happened)
    assert stock.n == len(out)
    assert stock.value == (pytest.approx(len(elsewhere) / len(out)) if has and out else None)
    whom = {e[0] for e in happened if (e[4], e[2] // DAY) in elsewhere and e[1] in (NAMES[1], NAMES[3])}
    if stock.value is not None:
        assert {*found.behind("kpi/stock_mismatch").tolist()} == whom_index(asked, whom)


def whom_index(asked: Journeys, numbers: set[int]) -> set[int]:
    return {*np.searchsorted(asked.columns.customer, sorted(numbers)).tolist()}


@settings(max_examples=40)
@for_all(st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=7), min_size=1, max_size=6), st.integers(300, 400))
def test_churn_by_ones_own_rhythm(orders, until: int) -> None:
    lines = [" ".join(f"O{day * DAY}" for day in sorted(days)) for days in orders]
    found = Journeys(given(*lines, names={"O": "Order Completed"}, until=until * DAY)).kpis()
    gaps = [np.diff(sorted(days)) for days in orders]
    everyone = np.concatenate(gaps)
    if not len(everyone):
        assert found.get("churned_customers_own").missing == ["a customer with two orders"]
        return
    shop = np.quantile(everyone, 0.9)
    silent = [until - max(days) for days in orders]
    own = [np.quantile(gap, 0.9) if len(gap) >= 3 else shop for gap in gaps]
    lost = [s > o + 1e-9 for s, o in zip(silent, own, strict=True)]
    assert found.get("churned_customers_own").value == pytest.approx(np.mean(lost))
    assert found.get("churned_customers").value == pytest.approx(np.mean([s > shop + 1e-9 for s in silent]))
    assert len(found.behind("kpi/churned_customers_own")) == sum(lost)


@settings(max_examples=15)
@for_all(happenings, st.integers(2, 8), st.randoms(use_true_random=False))
def test_neither_order_nor_threads_nor_parts_matter(happened, threads: int, random) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    one, many = journeys(happened, threads=1), journeys(shuffled, threads=threads)
    for split in ({"by": "channel", "over": "week"}, {"by": "product_id"}, {"over": "day"}):
        assert plain(one.kpis(**split)) == plain(many.kpis(**split))


def plain(result) -> list[str]:
    rows = [{key: _rounded(value) for key, value in row.items()} for row in result.rows()]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _rounded(value):
    return float(f"{value:.9g}") if isinstance(value, float) else value


def test_odd_journeys_have_honest_answers() -> None:
    for columns in (made([], 0), given("V0"), given("A0 A0 A0 A0"), given("V0", strangers=[0])):
        found = Journeys(columns).kpis()
        assert {kpi.id for kpi in found.values} == {*FIGURES}
        assert all(kpi.missing or kpi.value is None or kpi.value >= 0 for kpi in found.values)
        assert found.shown("es").rows


def test_an_absent_mismatch_says_what_it_lacks() -> None:
    found = Journeys(given("V0")).kpis()
    assert found.get("price_mismatch").missing == ["product_id", "price"]
    assert found.get("stock_mismatch").missing == ["Product Out Of Stock Viewed", "product_id"]
    alone = Journeys(given("V0", product_id=["a"], price=[1.0])).kpis().get("price_mismatch")
    assert alone.missing == ["a product in two channels on one day"]


def test_the_time_a_page_was_visible_counts_before_the_gap() -> None:
    columns = given("P0 P60 P90", names={"P": "Page Viewed"}, visible_s=[12.0, None, 4.0])
    found = Journeys(columns).kpis().get("time_on_page")
    assert (found.value, found.n) == (12, 3)


def test_what_is_said_when_a_page_is_left_belongs_to_its_view() -> None:
    happened = [
        (0, "Page Viewed", 0.0, "web"),
        (0, "Page Viewed", 10.0, "web"),
        (0, "Page Left", 20.0, "web"),
        (0, "Page Left", 30.0, "web"),
        (0, "Page Left", 50.0, "web"),
        (1, "Page Left", 60.0, "web"),
        (1, "Page Viewed", 70.0, "web"),
    ]
    pages = ["/a", "/b", "/a", "/b", "/a", "/b", "/b"]
    columns = made(happened, 2, page=pages, visible_s=[None, None, 8.0, 4.0, 2.0, 90.0, None])
    found = {value.id: value for value in Journeys(columns).kpis().values}
    assert (found["time_on_page"].value, found["time_on_page"].n) == (7, 2)  # 10 s of /a, 4 s of /b
    assert found["pages_per_session"].value == 1.5
    (use,) = Journeys(columns).channels().all.use
    assert use.time_s == 14.0
