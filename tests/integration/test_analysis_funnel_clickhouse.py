"""Funnel counts equal ClickHouse's ``windowFunnel(window, 'strict_once')``, also at equal times and shared steps."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import made
from periplo.analysis import Journeys
from periplo.journeys.build import Rows, build
from periplo.journeys.kernels.funnel import NO_STEP, funnel

chdb = pytest.importorskip("chdb")

STEPS = 4
SQL = """
    SELECT groupArray(reached) FROM (
        SELECT customer, windowFunnel({within}, 'strict_once')(toUInt64(at), bitTest(served, 0), bitTest(served, 1),
                                                               bitTest(served, 2), bitTest(served, 3)) AS reached
        FROM Python(events) GROUP BY customer ORDER BY customer)
"""


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    customers=st.integers(1, 2_000),
    length=st.integers(1, 14),
    span=st.sampled_from([3, 30, 300]),
    within=st.integers(0, 40),
    overlapping=st.booleans(),
)
def test_equals_clickhouse(seed: int, customers: int, length: int, span: int, within: int, overlapping: bool) -> None:
    random = np.random.default_rng(seed)
    m = customers * length
    served = random.integers(0, 1 << STEPS, m) if overlapping else 1 << random.integers(0, STEPS + 2, m)
    rows = Rows(
        customer=random.integers(0, customers, m),
        time_us=random.integers(0, span, m),
        seq=np.arange(m),
        event=served.astype(np.uint16),
        channel=np.zeros(m, np.uint8),
    )
    ready, _ = build(rows)
    table = np.arange(1 << (STEPS + 2), dtype=np.uint32) & ((1 << STEPS) - 1)
    person = np.ones(len(ready.customer), np.bool_)
    least = np.array([step_of(int(bits)) for bits in table], np.uint8)
    who, *room = (np.empty(size, np.int64) for size in (len(person), len(rows), len(rows)))
    level, _, _ = funnel(
        ready.offsets, ready.time_us, person, ready.event, least, table.astype(np.uint32), STEPS, within, 0, who, *room
    )
    reached = np.zeros(len(person), np.int64)
    reached[who[: len(level)]] = level
    assert reached.tolist() == clickhouse(rows, within)


def step_of(bits: int) -> int:
    served = [step for step in range(STEPS) if bits >> step & 1]
    return served[0] if served else NO_STEP


def clickhouse(rows: Rows, within: int) -> list[int]:
    events = pa.table(  # noqa: F841 (chdb reads the table by this name)
        {"customer": rows.customer, "at": rows.time_us, "served": rows.event.astype(np.uint8)}
    )
    answer = chdb.query(SQL.format(within=within), "JSONCompact").bytes().decode()
    return list(json.loads(answer)["data"][0][0])


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1), within=st.integers(1, 12))
def test_equals_clickhouse_in_its_other_modes(seed: int, within: int) -> None:
    """No mode where no event fits two steps, and 'strict_order' where each event happens once (else ClickHouse lets a
    step repeat, and begins no second attempt)."""
    random = np.random.default_rng(seed)
    table = pa.table(
        {
            "customer": np.repeat(np.arange(300), 4),
            "at": np.concatenate([random.permutation(12)[:4] for _ in range(300)]),
            "event": np.concatenate([random.permutation(5)[:4] for _ in range(300)]),
        }
    )
    names = np.array(["A", "B", "C", "X", "Y"])
    happened = [(row["customer"], str(names[row["event"]]), float(row["at"]), "web") for row in table.to_pylist()]
    journeys = Journeys(made(happened, 300))
    for mode, order in (("", "ordered"), (", 'strict_order'", "strict")):
        ours = [s.customers for s in journeys.funnel("A", "B", "C", within=f"{within} s", order=order).steps]
        sql = f"""
            SELECT countIf(level > 0), countIf(level > 1), countIf(level > 2) FROM (
                SELECT windowFunnel({within}{mode})(toUInt64(at), event = 0, event = 1, event = 2) AS level
                FROM Python(table) GROUP BY customer)
        """
        theirs = json.loads(chdb.query(sql, "JSONCompact").bytes())
        assert ours == [int(n) for n in theirs["data"][0]], order
