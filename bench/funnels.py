"""The ordered funnel over 10 M simulated events, against the exact windowed SQL in DuckDB."""

from __future__ import annotations

import os
from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from bench.measuring import Figure, interleaved
from periplo.analysis import Journeys
from periplo.journeys.build import Rows, build

EVENTS, CUSTOMERS, DAYS, SEED, REPEATS, GOAL = 10_000_000, 1_000_000, 120, 1, 5, 5.0
STEPS = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed")
NAMES = (*STEPS, "Page Viewed", "Products Searched", "Email Opened", "Cart Viewed")
SHARES = (0.30, 0.08, 0.04, 0.025, 0.35, 0.10, 0.05, 0.055)
WITHIN_DAYS = 7
_DAY_US = 24 * 3600 * 1_000_000

_WITHIN_US = WITHIN_DAYS * _DAY_US
_CARRIED = "OVER (PARTITION BY customer ORDER BY moment, step ROWS UNBOUNDED PRECEDING)"

# A window per step carries the latest valid start; ordering by step lets equal times match in step order.
SQL = f"""
    WITH one AS (
        SELECT *, max(moment) FILTER (WHERE step = 0) {_CARRIED} AS first FROM events WHERE step < 4),
    two AS (
        SELECT *, max(first) FILTER (WHERE step = 1 AND moment - first <= {_WITHIN_US}) {_CARRIED} AS second FROM one),
    three AS (
        SELECT *, max(second) FILTER (WHERE step = 2 AND moment - second <= {_WITHIN_US}) {_CARRIED} AS third FROM two),
    reached AS (
        SELECT bool_or(first IS NOT NULL) AS a, bool_or(second IS NOT NULL) AS b, bool_or(third IS NOT NULL) AS c,
            bool_or(step = 3 AND moment - third <= {_WITHIN_US}) AS d
        FROM three GROUP BY customer)
    SELECT count(*) FILTER (WHERE a), count(*) FILTER (WHERE b), count(*) FILTER (WHERE c), count(*) FILTER (WHERE d)
    FROM reached
"""


def figures() -> Iterator[Figure]:
    rows = simulated()
    journeys = _journeys(rows)
    database = _database(journeys)

    def ours() -> list[int]:
        return [step.customers for step in journeys.funnel(*STEPS, within=f"{WITHIN_DAYS}d").steps]

    def peer() -> list[int]:
        return list(database.sql(SQL).fetchall()[0])

    equal = ours() == peer()
    ours_s, peer_s = interleaved(ours, peer, REPEATS)
    yield Figure(
        name="funnel of 4 steps over 10 M events, warm",
        ours_s=ours_s,
        peer=f"exact windowed SQL in DuckDB {duckdb.__version__}",
        peer_s=peer_s,
        ratio=peer_s / ours_s,
        goal="5 times faster",
        equal=equal,
        met=equal and peer_s / ours_s >= GOAL,
    )


def simulated() -> Rows:
    """Customers with visits of about six events each, minutes apart, over the days."""
    random = np.random.default_rng(SEED)
    visits = EVENTS // 6
    sizes = np.full(visits, 6)
    sizes[: EVENTS - visits * 6] += 1
    visit = np.repeat(np.arange(visits), sizes)
    begun = random.integers(0, DAYS * _DAY_US, visits)
    return Rows(
        customer=random.integers(0, CUSTOMERS, visits)[visit],
        time_us=begun[visit] + random.integers(0, 30 * 60 * 1_000_000, EVENTS),
        seq=np.arange(EVENTS),
        event=random.choice(len(NAMES), EVENTS, p=SHARES).astype(np.uint16),
        channel=np.zeros(EVENTS, np.uint8),
    )


def _journeys(rows: Rows) -> Journeys:
    ready, _ = build(rows)
    person = np.ones(len(ready.customer), np.bool_)
    return Journeys(ready.columns(person=person, event_names=NAMES, channel_names=("web",)))


def _database(journeys: Journeys) -> duckdb.DuckDBPyConnection:
    """The same events in DuckDB's own storage, in memory, in the order of the journeys, with as many threads."""
    columns = journeys.columns
    customer = np.repeat(columns.customer, np.diff(columns.offsets))
    table = pa.table({"customer": customer, "moment": columns.time_us, "step": columns.event.astype(np.uint8)})
    database = duckdb.connect(config={"threads": os.cpu_count() or 1})
    database.execute("SET enable_progress_bar = false")
    database.register("given", table)
    database.execute("CREATE TABLE events AS FROM given")
    return database
