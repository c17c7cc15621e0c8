"""The list of customers against adding up by hand; one after another they are the same, and never all in memory."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import made
from periplo.analysis import Journeys
from periplo.analysis import listing as room
from periplo.analysis.lines import csv_lines, json_lines
from periplo.analysis.listing import SORTS, ListedCustomer, listing
from periplo.errors import UnknownName
from periplo.journeys.columns import JourneyColumns
from periplo.vocabulary import taxonomy

EVENT = st.tuples(
    st.sampled_from(["Order Completed", "Product Viewed", "Order Refunded"]),
    st.integers(0, 50),
    st.sampled_from([None, 0.0, 100.0, 250.0, 999.0]),
    st.sampled_from([None, "EUR", "GBP"]),
)
LINES = st.lists(st.lists(EVENT, min_size=1, max_size=6), min_size=1, max_size=6)
Line = list[tuple[str, int, float | None, str | None]]


@settings(max_examples=120, deadline=None)
@for_all(LINES, st.sampled_from(["EUR", None]))
def test_what_customers_did_equals_adding_up_by_hand(lines: list[Line], currency: str | None) -> None:
    rows = [(who, *event) for who, line in enumerate(lines) for event in line]
    columns = made(
        [(who, name, float(when), "web") for who, name, when, _, _ in rows],
        len(lines),
        revenue_minor=[amount for *_, amount, _ in rows],
        currency=[code for *_, code in rows],
    )
    found = listing(columns, taxonomy(), currency)
    orders = [
        (who, amount or 0.0, code or currency) for who, name, _, amount, code in rows if name == "Order Completed"
    ]
    for who, line in enumerate(lines):
        times = [when * 1e6 for _, when, _, _ in line]
        assert (found.first_us[who], found.last_us[who], found.events[who]) == (min(times), max(times), len(line))
        assert found.orders[who] == sum(owner == who for owner, *_ in orders)
        spent: Counter[str] = Counter()
        for owner, amount, code in orders:
            if owner == who and code:
                spent[code] += int(amount)
        assert {code: of[who] for code, of in found.spent.items() if of[who]} == +spent
    assert set(found.spent) == {code for _, amount, code in orders if amount and code}


@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("up", [True, False])
def test_lists_are_sorted_and_equal_ones_by_number(by: str, up: bool) -> None:
    happened = [(who, "Order Completed", float(who % 3), "web") for who in range(9)]
    columns = made(happened, 9, revenue_minor=[float(who % 2) for who in range(9)])
    found = listing(columns, taxonomy(), "EUR").sorted(by, up=up)
    values = {"first": found.first_us, "last": found.last_us, "spent": found.spent["EUR"]}
    keys = list(zip(values.get(by, getattr(found, by, None)), found.number, strict=True))
    assert keys == sorted(keys, key=lambda key: (key[0] if up else -key[0], key[1]))


def test_a_part_of_a_list_keeps_its_rows_together() -> None:
    columns = made(
        [(0, "Order Completed", 1.0, "web"), (1, "Product Viewed", 2.0, "web")], 2, revenue_minor=[5.0, None]
    )
    picked = listing(columns, taxonomy(), "EUR").pick(np.array([1, 0]))
    assert (picked.orders.tolist(), picked.spent["EUR"].tolist(), len(picked)) == ([0, 1], [0, 5], 2)


def test_another_order_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="spent"):
        listing(made([(0, "A", 0.0, "web")], 1), taxonomy(), None).sorted("name")


def test_nobody_is_an_empty_list() -> None:
    assert len(listing(made([], 0), taxonomy(), "EUR").sorted("spent")) == 0


@settings(max_examples=60)
@for_all(LINES, st.sampled_from(["EUR", None]), st.sampled_from([(1, 1), (2, 4), (3, 100)]), st.data())
def test_one_after_another_they_are_the_same(
    lines: list[Line], currency: str | None, sizes: tuple[int, int], data: st.DataObject
) -> None:
    rows = [(who, *event) for who, line in enumerate(lines) for event in line]
    columns = made(
        [(who, name, float(when), "web") for who, name, when, _, _ in rows],
        len(lines),
        revenue_minor=[amount for *_, amount, _ in rows],
        currency=[code for *_, code in rows],
    )
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(lines) - 1)))), np.int64)
    journeys = Journeys(columns, currency=currency)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BATCH", sizes[0])
        patch.setattr(room, "EVENTS_AT_ONCE", sizes[1])
        streamed = [*journeys.each(some)]
    assert streamed == [*listing(columns, taxonomy(), currency).pick(some).rows(journeys.called)]


def test_a_million_customers_are_never_all_in_memory() -> None:
    many = 1_000_000
    columns = JourneyColumns(
        offsets=np.arange(many + 1) * 2,
        time_us=np.arange(2 * many),
        event=np.zeros(2 * many, np.uint16),
        channel=np.zeros(2 * many, np.uint8),
        customer=np.arange(many),
        person=np.ones(many, np.bool_),
        event_names=("Product Viewed",),
        channel_names=("web",),
        since_us=0,
        until_us=2 * many,
    )
    everyone, seen = np.arange(many), 0
    tracemalloc.start()
    try:
        for some in room._batches(columns, everyone):
            seen += len(listing(columns.pick(some), taxonomy(), "EUR"))
        _, batchwise = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        listing(columns, taxonomy(), "EUR")
        _, at_once = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == many
    assert batchwise < 8e6 < at_once / 5


def test_lines_for_programs_and_for_spreadsheets() -> None:
    happened = [(0, "Order Completed", 1.0, "web"), (1, "Product Viewed", 2.0, "web")]
    columns = made(happened, 2, revenue_minor=[500.0, None], currency=["EUR", None])
    journeys = Journeys(columns, names=lambda numbers: ["=cmd()", "Ana"])
    customers = [*journeys.each(np.arange(2))]
    assert [msgspec.json.decode(line, type=ListedCustomer) for line in json_lines(customers)] == customers
    heads, first, second = [line.decode().rstrip() for line in csv_lines(customers, ["EUR"])]
    assert heads == "number,name,first_seen,last_seen,events,orders,spent_minor_EUR"
    assert first == "0,'=cmd(),1970-01-01T00:00:01+00:00,1970-01-01T00:00:01+00:00,1,1,500"
    assert second.endswith(",Ana,1970-01-01T00:00:02+00:00,1970-01-01T00:00:02+00:00,1,0,0")
