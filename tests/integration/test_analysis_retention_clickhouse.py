"""Retention equals ClickHouse: its ``retention()`` cohort by cohort, and arrays of active weeks per customer."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.analysis import Journeys
from periplo.journeys.build import Rows, build

chdb = pytest.importorskip("chdb")

NAMES = ("Product Viewed", "Order Completed", "Page Viewed")
DAY_US = 24 * 3600 * 1_000_000
ARRAYS = """
    SELECT cohort, arrayJoin(arrayDistinct(arrayMap(w -> w - cohort, weeks))) AS after, count() FROM (
        SELECT toRelativeWeekNum(first, 'Europe/Madrid') AS cohort,
            arrayFilter(w -> w > cohort, arrayMap(t -> toRelativeWeekNum(t, 'Europe/Madrid'), back)) AS weeks
        FROM (
            SELECT minIf(at, event = 0) AS first, groupArrayIf(at, event = 1) AS back, countIf(event = 0) AS begun
            FROM (SELECT customer, fromUnixTimestamp64Micro(moment) AS at, event FROM Python(events))
            GROUP BY customer)
        WHERE begun > 0)
    GROUP BY cohort, after
"""
OWN = """
    SELECT sumForEach(r) FROM (
        SELECT retention({conditions}) AS r FROM (SELECT customer, event, toRelativeDayNum(
            fromUnixTimestamp64Micro(moment), 'UTC') AS day FROM Python(events)) GROUP BY customer)
"""


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), customers=st.integers(1, 500), days=st.sampled_from([3, 40, 300]))
def test_equals_clickhouse(seed: int, customers: int, days: int) -> None:
    rows, journeys = simulated(seed, customers, days)
    found = journeys.retention("Product Viewed", "Order Completed", unit="week", periods=60)
    weeks = sorted({cohort.period for cohort in found.cohorts})
    ours = {
        (cohort.period, int(cell.after)): cell.customers + cell.so_far
        for cohort in found.cohorts
        for cell in cohort.cells
        if cell.after != "0" and cell.customers + cell.so_far
    }
    table = clickhouse(rows, ARRAYS)
    first = min((cohort for cohort, *_ in table), default=0)
    theirs = {(cohort - first, after): n for cohort, after, n in table}
    places = {week: _week(week) for week in weeks}
    lowest = min((places[week] for week, _ in ours), default=0)
    assert {(places[week] - lowest, after): n for (week, after), n in ours.items()} == theirs


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), customers=st.integers(1, 300))
def test_each_row_equals_its_own_function(seed: int, customers: int) -> None:
    """``retention(a, b, c ...)``: those with a, and of them those with b, with c: any event of the first day begins."""
    rows, journeys = simulated(seed, customers, 8)
    found = journeys.retention("Product Viewed", "Order Completed", unit="day", cohort="any", periods=7)
    begun = int(rows.time_us.min()) // DAY_US
    conditions = [f"event = 0 AND day = {begun}", *(f"event = 1 AND day = {begun + k}" for k in range(1, 8))]
    ((counts,),) = clickhouse(rows, OWN.format(conditions=", ".join(conditions)))
    cohort = next((c for c in found.cohorts if c.period == str(np.datetime64(begun, "D"))), None)
    cells = {int(cell.after): cell.customers + cell.so_far for cell in cohort.cells} if cohort else {}
    assert counts == [cohort.customers if cohort else 0, *(cells.get(k, 0) for k in range(1, 8))]


def simulated(seed: int, customers: int, days: int) -> tuple[Rows, Journeys]:
    random = np.random.default_rng(seed)
    m = customers * 6
    rows = Rows(
        customer=random.integers(0, customers, m),
        time_us=7300 * DAY_US + random.integers(0, days * 24, m) * (DAY_US // 24),
        seq=np.arange(m),
        event=random.integers(0, len(NAMES), m).astype(np.uint16),
        channel=np.zeros(m, np.uint8),
    )
    ready, _ = build(rows)
    person = np.ones(len(ready.customer), np.bool_)
    return rows, Journeys(ready.columns(person=person, event_names=NAMES, channel_names=("web",)), zone=_zone(days))


def _zone(days: int) -> str:
    return "UTC" if days == 8 else "Europe/Madrid"


def _week(name: str) -> int:
    """Weeks since some Monday."""
    year, week = name.split("-W")
    return (np.datetime64(f"{year}-01-04", "D").astype(int) + 3) // 7 + int(week)


def clickhouse(rows: Rows, sql: str) -> list[list]:
    events = pa.table(  # noqa: F841 (chdb reads the table by this name)
        {"customer": rows.customer, "moment": rows.time_us, "event": rows.event.astype(np.uint8)}
    )
    answer = chdb.query(sql, "JSONCompact").bytes().decode()
    return [[_number(cell) for cell in row] for row in json.loads(answer)["data"]]


def _number(cell):
    return [int(each) for each in cell] if isinstance(cell, list) else int(cell)
