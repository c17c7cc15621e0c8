"""Cohorts of first orders: customers, orders and money equal counting by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from plain_retention import period_name, period_of

from given import given, made
from periplo.analysis import Journeys
from periplo.errors import UsageError
from periplo.predicates import parse

DAY = 86400
NAMES = {"O": "Order Completed", "R": "Order Refunded", "V": "Product Viewed"}
orders = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["Order Completed", "Order Refunded", "Order Cancelled", "Product Viewed"]),
        st.integers(0, 100 * 24).map(lambda hours: hours * 3600.0),
        st.just("web"),
        st.one_of(st.none(), st.integers(1, 9999)),
        st.sampled_from(["EUR", "USD", None]),
    ),
    max_size=60,
    unique_by=lambda event: (event[0], event[2]),
)


@settings(max_examples=50)
@for_all(
    orders,
    st.sampled_from(["day", "week", "month"]),
    st.sampled_from([0, 3, 60]),
    st.sampled_from(["UTC", "America/New_York"]),
)
def test_equals_counting_by_hand(happened, unit: str, periods: int, zone: str) -> None:
    columns = made(
        [event[:4] for event in happened],
        7,
        revenue_minor=[float(event[4]) if event[4] else None for event in happened],
        currency=[event[5] for event in happened],
    )
    found = Journeys(columns, currency="EUR", zone=zone).cohorts(unit=unit, periods=periods)
    size, came, placed, gross, net = Counter(), Counter(), Counter(), Counter(), Counter()
    for customer in range(7):
        mine = sorted((e for e in happened if e[0] == customer), key=lambda e: e[2])
        bought = [period_of(e[2], zone, unit) for e in mine if e[1] == "Order Completed"]
        if not bought:
            continue
        size[bought[0]] += 1
        for period in {*bought}:
            came[bought[0], period - bought[0]] += 1
        for e in mine:
            after = period_of(e[2], zone, unit) - bought[0]
            key = bought[0], after, e[5] or "EUR"
            if e[1] == "Order Completed":
                placed[bought[0], after] += 1
                gross[key] += e[4] or 0
                net[key] += e[4] or 0
            elif e[1] != "Product Viewed" and after >= 0:
                net[key] -= e[4] or 0
    assert [(c.period, c.customers) for c in found.cohorts] == [(period_name(p, unit), size[p]) for p in sorted(size)]
    for cohort, begun in zip(found.cohorts, sorted(size), strict=True):
        assert cohort.orders == sum(n for (p, _), n in placed.items() if p == begun)
        assert cohort.orders_per_customer == pytest.approx(cohort.orders / cohort.customers)
        for each in cohort.returns:
            key = begun, each.after
            assert (each.customers, each.orders) == (came[key], placed[key])
            assert {m.currency: (m.gross_minor, m.net_minor) for m in each.money} == {
                c: (gross[*key, c], net[*key, c]) for c in ("EUR", "USD") if gross[*key, c] or net[*key, c]
            }
            assert len(found.behind(f"cohort/{cohort.period}/{each.after}")) == each.customers
        sums = defaultdict(int)
        for (p, _, currency), minor in gross.items():
            sums[currency] += minor if p == begun else 0
        assert {m.currency: m.gross_minor for m in cohort.money if m.gross_minor} == {
            c: n for c, n in sums.items() if n
        }


def test_money_of_cohorts_is_the_revenue_of_known_customers() -> None:
    lines = (f"O0 O{40 * DAY} R{41 * DAY}", f"O{35 * DAY}", "O5")
    columns = given(*lines, names=NAMES, revenue_minor=[1000, 500, 200, 300, 999], strangers=[2])
    found = Journeys(columns, currency="EUR").cohorts()
    assert [(m.gross_minor, m.net_minor) for c in found.cohorts for m in c.money] == [(1500, 1300), (300, 300)]
    assert found.cohorts[0].orders_per_customer == 2
    assert [each.complete for each in found.cohorts[0].returns] == [True, False]
    assert found.cohorts[0].last_incomplete
    row = found.rows()[1]
    assert (row["month"], row["after"], row["gross_minor"], row["net_minor"]) == ("1970-01", 1, 500, 300)
    assert found.shown("es").rows[0][3] == "13 €"


def test_each_currency_has_its_columns() -> None:
    columns = given("O0 O1", names=NAMES, revenue_minor=[100, 200], currency=["EUR", "USD"])
    row = Journeys(columns).cohorts().rows()[0]
    assert (row["gross_minor_eur"], row["gross_minor_usd"]) == (100, 200)


def test_the_monthly_cohorts_of_before_keep_their_names() -> None:
    found = Journeys(given(f"O0 O{40 * DAY}", names=NAMES)).cohorts()
    (cohort,) = found.cohorts
    assert (cohort.month, cohort.customers, cohort.returns[1].customers, cohort.returns[1].rate) == ("1970-01", 1, 1, 1)
    assert [mean.after for mean in found.mean] == [0]
    assert {"month", "size", "after", "customers", "rate", "complete"} <= found.rows()[0].keys()
    assert found.behind("cohort/1970-01/1").tolist() == [0]


def test_orders_after_the_periods_looked_at_stand_in_the_sums() -> None:
    cohort = Journeys(given(f"O0 O{3 * DAY}", names=NAMES)).cohorts(unit="day", periods=1).cohorts[0]
    assert (cohort.orders, [each.orders for each in cohort.returns], cohort.last_incomplete) == (2, [1, 0], False)


def test_the_simple_mean_counts_every_cohort_alike() -> None:
    lines = (f"O0 O{DAY}", "O0", "O0", f"O{DAY} O{2 * DAY}")
    journeys = Journeys(given(*lines, names=NAMES, until=5 * DAY))
    assert journeys.cohorts(unit="day").mean[1].rate == 0.5
    assert journeys.cohorts(unit="day", mean="simple").mean[1].rate == pytest.approx((1 / 3 + 1) / 2)


def test_by_a_property_of_the_first_order_and_by_segment() -> None:
    segments = {"two": parse({"did": "Order Completed", "at_least": 2})}
    columns = given(f"O0@web O{DAY}@app", "O0@app", names=NAMES)
    journeys = Journeys(columns, segments=segments)
    found = journeys.cohorts(unit="day", by="channel")
    assert {group.value: group.cohorts[0].orders for group in found.groups} == {"web": 2, "app": 1}
    assert found.behind("cohort/1970-01-01/1/web").tolist() == [0]
    split = journeys.cohorts(unit="day", by="segment")
    assert [(group.value, group.cohorts[0].customers) for group in split.groups] == [("two", 1)]
    assert split.behind("cohort/1970-01-01/0/two").tolist() == [0]


def test_no_orders_have_no_cohorts() -> None:
    for columns in (made([], 0), given("V0", names=NAMES)):
        found = Journeys(columns).cohorts()
        assert found.cohorts == []
        assert found.shown("en").rows
    with pytest.raises(UsageError):
        Journeys(given("O0", names=NAMES)).cohorts(periods=-3)
