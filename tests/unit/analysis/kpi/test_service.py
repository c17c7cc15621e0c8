"""Waiting in opening hours, humans and bots, surveys on their scales."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given
from periplo.analysis import Journeys
from periplo.analysis.kpi.opening import Opening, Shift, read_hours
from periplo.errors import UsageError

NAMES = {"T": "Ticket Opened", "Y": "Ticket Replied", "Z": "Ticket Resolved", "N": "Survey Answered"}
HOUR, DAY = 3600, 86400
MINUTE_US = 60_000_000


@settings(max_examples=60)
@for_all(
    shifts=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)).filter(
            lambda shift: shift[0] <= shift[1] and shift[2] < shift[3]
        ),
        max_size=3,
    ),
    begun=st.integers(0, 9 * 24 * 60),
    lasted=st.integers(0, 5 * 24 * 60),
    zone=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York"]),
)
def test_opening_hours_equal_counting_minutes(shifts, begun: int, lasted: int, zone: str) -> None:
    """Around 28 March 2021, when the clocks go forward in Madrid."""
    monday = 18709 * DAY * 1_000_000
    since, until = monday + begun * MINUTE_US, monday + (begun + lasted) * MINUTE_US
    chosen = tuple(Shift(first, last, opens * 60, closes * 60) for first, last, opens, closes in shifts)
    opening = Opening.of(chosen, since, until, zone)
    found = int(opening.between(np.array([since]), np.array([until]))[0])
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since)
    minutes = 0
    for k in range(lasted):
        now = (start + timedelta(minutes=k)).astimezone(ZoneInfo(zone))
        minutes += any(s.first <= now.weekday() <= s.last and s.opens <= now.hour * 60 < s.closes for s in chosen)
    assert found == minutes * MINUTE_US


def test_hours_as_people_write_them() -> None:
    assert read_hours("Mon-Fri 9:00-14:30, sáb 10-14") == (Shift(0, 4, 540, 870), Shift(5, 5, 600, 840))
    assert read_hours("lun-vie 9-18") == read_hours("Monday-Friday 9:00-18:00")
    assert read_hours("0-24") == (Shift(0, 6, 0, 1440),)
    for wrong in ("", "9", "Fri-Mon 9-18", "Mon 18-9", "Mon 9-25", "Someday 9-18", "Mon-Fri 9-18;"):
        with pytest.raises(UsageError):
            read_hours(wrong)


def test_waiting_over_a_night_and_a_weekend() -> None:
    friday = DAY  # 1970-01-02
    columns = given(
        f"T{friday + 17 * HOUR} Y{friday + 3 * DAY + 10 * HOUR} Z{friday + 3 * DAY + 20 * HOUR}", names=NAMES
    )
    found = Journeys(columns).kpis()
    assert found.get("first_response").value == 2 * DAY + 17 * HOUR
    assert found.get("first_response_open").value == 2 * HOUR
    assert found.get("resolution_time_open_p90").value == 10 * HOUR
    assert "Mon-Fri 9:00-18:00" in found.get("first_response_open").explain()
    always = Journeys(columns).kpis(hours="0-24").get("first_response_open")
    assert always.value == found.get("first_response").value


def test_a_bot_is_no_human() -> None:
    author = [None, "Bot", "Ana", None, None, "bot", "bot"]
    found = Journeys(given("T0 Y1 Y60 T100 Y130", "T0 Y5", names=NAMES, author=author)).kpis()
    assert (found.get("first_response").value, found.get("first_response").n) == (45, 2)
    tickets = ["a", "a", "a", "b", "b", "c", "c"]
    by_ticket = Journeys(
        given(
            "T0 Y1 Y60 T100 Y130",
            "T0 Y5",
            names=NAMES,
            author=[None, "bot", "x", None, "x", None, "bot"],
            ticket_id=tickets,
        )
    ).kpis()
    assert (by_ticket.get("first_response").value, by_ticket.get("first_response").n) == (45, 2)


def answered(kind: str, scores: list[float], scales: list[float | None], **options):
    columns = given(*["N0"] * len(scores), names=NAMES, survey=[kind] * len(scores), score=scores, scale=scales)
    return Journeys(columns).kpis(**options).get(kind)


def test_the_scale_of_a_survey_decides() -> None:
    assert answered("nps", [10, 9, 8, 6], [10] * 4).value == 25
    five = answered("nps", [5, 5, 4, 1, 3], [5] * 5)
    assert (five.value, five.values["scale"]) == (20, "1-5")
    assert answered("nps", [10, 0], [None, 10]).values["scale"] == "0-10"
    csat = answered("csat", [5, 4, 10, 9], [5, 5, 10, 10])
    assert (csat.value, csat.values["scale"]) == (0.5, "1-5, 1-10")
    assert "1-5, 1-10" in csat.explain("es")


def test_top_two_boxes_and_means() -> None:
    scores, scales = [7.0, 6.0, 5.0, 1.0], [None] * 3 + [7]
    assert answered("ces", scores, scales).value == 0.25
    assert answered("ces", scores, scales, scoring="top_two").value == 0.5
    mean = answered("ces", scores, scales, scoring="mean")
    assert (mean.value, mean.unit, mean.tell("es")) == (4.75, "number", "4,75")
    assert answered("nps", [10, 0], [10, 10], scoring="mean").value == 0


def test_csat_spread_between_channels() -> None:
    lines = ["N0@web"] * 40 + ["N0@app"] * 40 + ["N0@store"] * 5
    scores = [5] * 30 + [1] * 10 + [5] * 10 + [1] * 30 + [5] * 5
    found = Journeys(given(*lines, names=NAMES, survey=["csat"] * 85, score=scores)).kpis().get("csat_spread")
    assert found.value == pytest.approx(0.5)
