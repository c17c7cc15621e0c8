"""Journeys straight from a table."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from periplo.analysis.periods import instant
from periplo.analysis.reading import UNREADABLE, from_table
from periplo.errors import MissingColumn

TABLE = pa.table(
    {
        "user": ["ana", "bo", "ana", None, None, "bo"],
        "at": [
            *(
                f"2026-01-{day} UTC"
                for day in ("01 10:00:00", "01 09:00:00", "01 09:00:00", "02 09:00:00", "03 09:00:00")
            ),
            "soon",
        ],
        "what": ["purchase", "view_item", "view_item", "purchase", "purchase", "view_item"],
        "price": [Decimal("12.30"), None, None, Decimal("5.00"), Decimal("0.70"), None],
        "device": ["mobile", None, "desktop", None, None, "mobile"],
        "member": [True, False, True, None, None, None],
        "empty": pa.nulls(6, pa.string()),
        "nested": [[1]] * 6,
    }
)


def read(table: pa.Table = TABLE, **more):
    return from_table(table, customer="user", time="at", event="what", **more)


def test_names_are_understood_and_customers_keep_theirs() -> None:
    journeys = read()
    assert journeys.columns.event_names == ("Order Completed", "Product Viewed")
    found = journeys.funnel("Product Viewed", "Order Completed", within="1h")
    assert [step.customers for step in found.steps] == [2, 1]
    assert journeys.customers(found.behind("funnel/2/customers")) == ["ana"]
    assert journeys.customers(found.behind("funnel/1/dropped")) == ["bo"]


def test_strangers_are_each_their_own_and_no_person() -> None:
    evidence = read().evidence
    assert (evidence.customers, evidence.events, evidence.known_share) == (2, 5, 0.6)
    assert evidence.left_out == {UNREADABLE: 1, "unknown customers, one per order": 2}


def test_money_in_major_units_of_its_currency() -> None:
    figures = read(revenue="price", currency="EUR").kpis()
    assert (figures.get("revenue").value, figures.get("revenue").currency) == (1800, "EUR")
    assert read(revenue="price", currency="JPY").kpis().get("revenue").value == 18
    assert read(revenue="price").kpis().get("revenue").tell("en") == "1,800"


def test_other_columns_are_properties() -> None:
    properties = read().columns.properties
    assert properties.names() == ("price", "device", "member", "empty")
    assert properties.column("device").values == ("mobile", "desktop")
    assert properties.column("member").values == ("true", "false")
    assert properties.column("empty") is None
    assert properties.column("nested") is None
    assert np.nansum(properties.column("price")) == pytest.approx(18)
    groups = read().funnel("Product Viewed", by="device").groups
    assert {group.value: group.steps[0].customers for group in groups} == {"desktop": 1, "unknown": 1}


def test_channels_from_a_column_from_the_event_or_the_web() -> None:
    table = TABLE.append_column("where", pa.array(["shop app", "store", None, "POS", None, None]))
    assert set(read().columns.channel_names) == {"web"}
    assert set(read(table, channel="where").columns.channel_names) == {"web", "store"}


@pytest.mark.parametrize(
    "times",
    [
        pa.array([datetime(2026, 1, 1, 9, tzinfo=UTC)] * 6),
        pa.array([datetime(2026, 1, 1, 10)] * 6),
        pa.array(["2026-01-01T10:00:00"] * 6),
        pa.array([1767258000] * 6),
        pa.array([1767258000000] * 6),
    ],
)
def test_times_however_they_are_given(times: pa.Array) -> None:
    table = TABLE.set_column(1, "at", times)
    assert read(table, zone="Europe/Madrid").evidence.since == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_days_are_those_of_the_zone() -> None:
    assert read(zone="Europe/Madrid").between("2026-01-02", "2026-01-02").columns.events == 1
    assert instant(int(read().columns.time_us.max())) == datetime(2026, 1, 3, 9, tzinfo=UTC)


def test_a_column_that_is_not_there_proposes_the_nearest() -> None:
    with pytest.raises(MissingColumn, match="Did you mean “user”"):
        from_table(TABLE, customer="userr", time="at", event="what")
    with pytest.raises(MissingColumn, match="It has: user, at"):
        from_table(TABLE, customer="zzz", time="at", event="what")


def test_an_empty_table_is_no_error() -> None:
    assert read(TABLE.slice(0, 0)).funnel("Product Viewed").steps[0].customers == 0
