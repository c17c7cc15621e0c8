"""Purchases read off journeys, against reading them off the events one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given as for_all
from hypothesis import strategies as st

from given import given, made
from periplo.analysis.facts import currencies_of
from periplo.analysis.value.purchases import Purchases, Reader, days_of
from periplo.journeys.columns import JourneyColumns
from periplo.vocabulary import taxonomy

DAY = 86400
ordered = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["Order Completed", "Product Viewed"]),
        st.integers(0, 60).map(lambda hours: hours * 7200.0),
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from([None, 500.0, 2000.0]),
    ),
    max_size=40,
)


def columns_of(happened) -> JourneyColumns:
    return made(
        [(who, event, when, "web") for who, event, when, _, _ in happened],
        6,
        strangers=[5],
        currency=[currency for *_, currency, _ in happened],
        revenue_minor=[amount for *_, amount in happened],
    )


def reader_of(columns: JourneyColumns, same_day: bool, zone: str = "Europe/Madrid") -> Reader:
    names, default = currencies_of(columns, None)
    return Reader(taxonomy(), names, default, None, days_of(columns, zone) if same_day else None)


def one_by_one(happened, same_day: bool) -> dict[tuple[int, str], tuple]:
    """The definition, with days of Madrid in January: an hour ahead of UTC."""
    orders = defaultdict(list)
    for who, event, when, currency, amount in sorted(happened, key=lambda each: each[2]):
        if event == "Order Completed" and who != 5:
            orders[who, currency].append(((when + 3600) // DAY if same_day else when / DAY, amount))
    found = {}
    for key, mine in orders.items():
        days = sorted({day for day, _ in mine}) if same_day else [day for day, _ in mine]
        later = mine[1:] if not same_day else [each for each in mine if each[0] != days[0]]
        paid = [(day, amount) for day, amount in later if amount is not None]
        found[key] = (
            len(mine),
            len(days),
            round(days[-1] - days[0], 6),
            sum(amount or 0 for _, amount in mine),
            sum(amount is not None for _, amount in mine),
            len({day for day, _ in paid}) if same_day else len(paid),
            sum(amount for _, amount in paid),
        )
    return found


def told(columns: JourneyColumns, names, p: Purchases) -> dict[tuple[int, str], tuple]:
    return {
        (int(p.customer[k]), names[p.currency[k]]): (
            int(p.orders[k]),
            int(p.purchases[k]),
            round(float(p.last[k] - p.first[k]), 6),
            p.spent[k],
            int(p.paid[k]),
            int(p.again[k]),
            p.again_spent[k],
        )
        for k in range(len(p))
    }


@for_all(ordered, st.booleans())
def test_equals_reading_the_events_one_by_one(happened, same_day: bool) -> None:
    columns = columns_of(happened)
    reader = reader_of(columns, same_day)
    assert told(columns, reader.currencies, reader.read(columns)) == one_by_one(happened, same_day)


@for_all(ordered, st.booleans(), st.integers(1, 5))
def test_parts_of_customers_add_up_to_the_whole(happened, same_day: bool, parts: int) -> None:
    columns = columns_of(happened)
    reader = reader_of(columns, same_day)
    whole, pieces = reader.read(columns), [reader.read(part) for part in columns.parts(parts)]
    if pieces:
        added = sum(pieces[1:], pieces[0])
        assert all(np.array_equal(a, b) for a, b in zip(vars(whole).values(), vars(added).values(), strict=True))


def test_a_day_is_one_of_the_shop() -> None:
    columns = given(f"O{22.5 * 3600} O{23.5 * 3600} O{30 * 3600}", names={"O": "Order Completed"})
    for zone, purchases in (("UTC", 2), ("Europe/Madrid", 2), ("Asia/Tokyo", 1)):
        assert reader_of(columns, True, zone).read(columns).purchases.tolist() == [purchases]
    assert reader_of(columns, False).read(columns).purchases.tolist() == [3]
