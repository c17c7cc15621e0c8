"""Clocks and their repair: SEMANTICS 1."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.events import repair, repair_columns
from periplo.events.schema import INSTANT

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_wrong_clock_is_wrong_by_the_same_in_both_stamps() -> None:
    assert repair(NOON - 50 * HOUR, NOON - 49 * HOUR, NOON) == (NOON - HOUR, None)


@pytest.mark.parametrize(
    ("original", "received", "expected"),
    [
        (NOON + 23 * HOUR, NOON, (NOON + 23 * HOUR, None)),
        (NOON + 23 * HOUR + timedelta(microseconds=1), NOON, (NOON, "future")),
        (datetime(1990, 1, 1, tzinfo=UTC), NOON, (datetime(1990, 1, 1, tzinfo=UTC), None)),
        (datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC), NOON, (NOON, "ancient")),
        (None, NOON, (NOON, None)),
        (datetime(1980, 1, 1, tzinfo=UTC), None, (datetime(1980, 1, 1, tzinfo=UTC), "ancient")),
    ],
)
def test_impossible_times_become_the_time_of_arrival(
    original: datetime | None, received: datetime | None, expected: tuple[datetime, str | None]
) -> None:
    assert repair(original, None, received) == expected


def test_the_difference_of_stamps_can_also_be_impossible() -> None:
    assert repair(NOON + 30 * HOUR, NOON, NOON) == (NOON, "future")
    assert repair(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOON) == (NOON, "ancient")


def test_without_any_clock_there_is_no_time() -> None:
    assert repair(None, None, None) is None


def test_now_bounds_what_has_no_time_of_arrival_and_shifts_nothing() -> None:
    assert repair(NOON, NOON + HOUR, None, now=NOON + 9 * HOUR) == (NOON, None)
    assert repair(NOON + 99 * HOUR, None, None, now=NOON) == (NOON, "future")


def test_what_only_its_import_dates_says_so() -> None:
    assert repair(None, None, None, now=NOON) == (NOON, "undated")


clocks = st.none() | st.datetimes(datetime(1985, 1, 1), datetime(2030, 1, 1)).map(lambda when: when.replace(tzinfo=UTC))


@given(st.lists(st.tuples(clocks, clocks, clocks), max_size=8), clocks)
def test_columns_of_clocks_agree_with_single_events(
    rows: list[tuple[datetime | None, datetime | None, datetime | None]], now: datetime | None
) -> None:
    columns = [pa.array([row[i] for row in rows], INSTANT) for i in range(3)]
    occurred, flags = repair_columns(*columns, now)
    expected = [repair(*row, now) or (None, None) for row in rows]
    assert list(zip(occurred.to_pylist(), flags.to_pylist(), strict=True)) == [tuple(one) for one in expected]
