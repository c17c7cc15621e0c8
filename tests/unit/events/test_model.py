"""Events as structs, as a batch, as JSON: the same."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from periplo.events import EVENT_FIELDS, EVENTS, Event, from_batch, to_batch
from periplo.events.money import known_currency, to_count, to_minor

EVENT = Event(
    source="shop",
    event_id="1",
    event="Order Completed",
    channel="web",
    occurred_at=datetime(2024, 5, 1, 12, 30, 15, 123456, tzinfo=UTC),
    revenue_minor=1999,
    currency="EUR",
    properties='{"a": 1}',
)


def test_the_model_has_the_columns_of_the_schema() -> None:
    assert Event.__struct_fields__ == tuple(EVENT_FIELDS)


def test_a_batch_gives_the_events_back() -> None:
    batch = to_batch(iter([EVENT, EVENT]))
    assert batch.schema == EVENTS
    assert from_batch(batch) == [EVENT, EVENT]
    assert from_batch(pa.Table.from_batches([batch]).append_column("seq", [[1, 2]])) == [EVENT, EVENT]
    assert to_batch([]).num_rows == 0


def test_json_gives_the_event_back() -> None:
    assert msgspec.json.decode(msgspec.json.encode(EVENT), type=Event) == EVENT


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (19.99, "EUR", 1999),
        ("19.99", "EUR", 1999),
        (0.29, "EUR", 29),
        (1.005, "EUR", 101),
        (2.675, "EUR", 268),
        (-1.005, "EUR", -101),
        ("12.5", "JPY", 13),
        (1500, "JPY", 1500),
        (1.2345, "BHD", 1235),
        (5, None, 500),
        ("1e3", "EUR", 100000),
        (90071992547409.9, "EUR", 9007199254740990),
    ],
)
def test_money_in_minor_units(amount: object, currency: str | None, minor: int) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize("amount", ["", "abc", None, True, [], float("nan"), float("inf"), "1e30", 1e300, "12,5"])
def test_what_is_no_amount(amount: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        to_minor(amount, "EUR")


def test_counts_and_currencies() -> None:
    assert to_count("2.5") == 3
    assert known_currency("EUR")
    assert not known_currency("EURO")
