"""Clocks of busy and open hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.simulator.arrays import choose, count_within, place_within, sum_within
from periplo.simulator.parameters import parameters
from periplo.simulator.rhythm import Clocks, clocks

ZONE = ZoneInfo("Europe/Madrid")


def ms(*when: int) -> np.ndarray:
    return np.array([int(datetime(*when, tzinfo=ZONE).timestamp() * 1000)])


def local(instant: np.ndarray) -> datetime:
    return datetime.fromtimestamp(instant[0] / 1000, ZONE)


@pytest.fixture(scope="module")
def time() -> Clocks:
    return clocks(parameters(), 120)


def test_the_window_has_whole_local_days_through_summer_time(time: Clocks) -> None:
    assert local(np.array([time.start])) == datetime(2025, 3, 3, tzinfo=ZONE)
    assert local(np.array([time.end])) == datetime(2025, 7, 1, tzinfo=ZONE)
    assert np.diff(time.midnights).min() == 23 * 3_600_000
    assert time.visits.read(np.array([time.end]))[0] == pytest.approx(120)


def test_the_office_sleeps_at_night_and_at_weekends(time: Clocks) -> None:
    friday_evening = ms(2025, 3, 7, 17, 30)
    assert local(time.office.later(friday_evening, np.array([1.0]))) == datetime(2025, 3, 10, 8, 30, tzinfo=ZONE)


def test_tickets_wait_for_monday_only_while_nobody_answers_at_weekends(time: Clocks) -> None:
    for day, answered in ((8, (2025, 3, 8, 11, 30)), (31 + 12, (2025, 4, 14, 9, 30))):
        asked = ms(2025, 3, 1, 11) + (day - 1) * 86_400_000 - (3_600_000 if day > 30 else 0)
        assert local(asked).weekday() == 5
        assert local(time.care_cut.later(asked, np.array([0.5]))) == datetime(*answered, tzinfo=ZONE)
        assert local(time.care.later(asked, np.array([0.5]))).weekday() == 5


def test_weekends_are_local(time: Clocks) -> None:
    assert time.weekend(ms(2025, 3, 8, 0, 30)).all()
    assert not time.weekend(ms(2025, 3, 10, 0, 30)).any()


groups = st.lists(st.lists(st.booleans(), max_size=6), max_size=8)


@given(groups)
def test_tools_over_groups_do_what_loops_do(lists: list[list[bool]]) -> None:
    counts = np.array([len(one) for one in lists], dtype=np.int64)
    flat = np.array([x for one in lists for x in one], dtype=bool)
    group = np.repeat(np.arange(len(lists)), counts)
    assert place_within(counts).tolist() == [n for one in lists for n in range(len(one))]
    so_far = [sum(one[: n + 1]) for one in lists for n in range(len(one))]
    assert count_within(flat, group).tolist() == so_far
    if len(flat):
        assert sum_within(flat.astype(float), counts).tolist() == so_far


@given(st.lists(st.floats(0, 0.999999), min_size=1, max_size=20), st.lists(st.floats(0.01, 5), min_size=1, max_size=5))
def test_choices_follow_their_weights(u: list[float], weights: list[float]) -> None:
    chosen = choose(np.array(u), weights)
    bounds = np.cumsum(weights) / sum(weights)
    for number, choice in zip(u, chosen.tolist(), strict=True):
        assert choice == sum(bound <= number for bound in bounds[:-1].tolist())
