"""Funnels over the crowd: against ClickHouse's windowFunnel, against exact SQL in DuckDB, and with options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import duckdb

from bench.apart import Apart, Rows
from bench.clickhouse import clickhouse, duck
from bench.crowd import Crowd
from bench.measuring import Figure, compared
from periplo.analysis import FunnelResult, Journeys

FEW = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed")
SEGMENT = {"did": "Order Completed"}
PROPERTY = "device"
WITHIN = "7d"
TURNS = 15
"""More than elsewhere: a tenth of a second is short, and its first turns still wait for fresh memory."""
CLICKHOUSE_GOAL, DUCKDB_GOAL, OPTION_GOAL = 6.0, 20.0, 1 / 1.5
_WITHIN_US = 7 * 86_400_000_000
_CARRIED = "OVER (PARTITION BY customer ORDER BY time, step ROWS UNBOUNDED PRECEDING)"


def figures(crowd: Crowd | None = None) -> Iterator[Figure]:
    crowd = crowd or Crowd()
    journeys, names, than = crowd.journeys(), crowd.event_names, "windowFunnel in ClickHouse"
    with clickhouse(crowd) as peer:
        for steps in (FEW, names[:12]):
            sql, read = window_funnel([names.index(step) for step in steps]), partial(_reached, steps=len(steps))
            yield _figure(
                crowd, journeys, steps, than, CLICKHOUSE_GOAL, peer, sql, lambda rows, of=read: of(dict(rows))
            )
    sql, than = exact_sql([names.index(step) for step in FEW]), f"exact windowed SQL in DuckDB {duckdb.__version__}"
    with duck(crowd) as peer:
        yield _figure(crowd, journeys, FEW, than, DUCKDB_GOAL, peer, sql, lambda rows: list(rows[0]))
    yield from _options(crowd, journeys)


def _options(crowd: Crowd, journeys: Journeys) -> Iterator[Figure]:
    """The funnel by a property and on a segment against the plain one; the segment's customers are found anew each
    time, and its numbers are those of the same customers' events alone."""

    def plain() -> FunnelResult:
        return journeys.funnel(*FEW, within=WITHIN)

    yield compared(
        f"funnel by a property, {crowd.events / 1e6:g} M events",
        lambda: journeys.funnel(*FEW, within=WITHIN, by=PROPERTY),
        plain,
        than="the plain one",
        goal=OPTION_GOAL,
        same=lambda split, whole: reached(split) == reached(whole) == _together(split),
    )
    alone = reached(Journeys(journeys.where(SEGMENT).columns).funnel(*FEW, within=WITHIN))
    yield compared(
        f"funnel on a segment, {crowd.events / 1e6:g} M events",
        lambda: journeys.where(SEGMENT).funnel(*FEW, within=WITHIN),
        plain,
        than="the plain one",
        goal=OPTION_GOAL,
        same=lambda part, whole: reached(part) == alone,
    )


def _figure(
    crowd: Crowd,
    journeys: Journeys,
    steps: Sequence[str],
    than: str,
    goal: float,
    peer: Apart,
    sql: str,
    read: Callable[[Rows], list[int]],
) -> Figure:
    return compared(
        f"funnel of {len(steps)} steps, {crowd.events / 1e6:g} M events",
        lambda: journeys.funnel(*steps, within=WITHIN),
        lambda: peer.timed(sql),
        than=than,
        goal=goal,
        repeats=TURNS,
        touched=crowd.events * 10 + crowd.people * 8,
        same=lambda ours, theirs: reached(ours) == read(theirs),
    )


def reached(found: FunnelResult) -> list[int]:
    return [step.customers for step in found.steps]


def _together(found: FunnelResult) -> list[int]:
    return [sum(each) for each in zip(*([step.customers for step in g.steps] for g in found.groups), strict=True)]


def _reached(ended: dict[int, int], steps: int) -> list[int]:
    """How many took each step, from how many ended at each level."""
    return [sum(n for level, n in ended.items() if level > step) for step in range(steps)]


def window_funnel(codes: Sequence[int]) -> str:
    """How many customers got how far; events that are no step are left out first, which is faster.

    In the function's default mode: where each step is another event it counts what ``strict_once`` counts, which keeps
    every chain it began and, for a customer with tens of thousands of events, needs more memory than there is.
    """
    steps = ", ".join(f"event = {code}" for code in codes)
    return f"""
        SELECT level, count() FROM (
            SELECT windowFunnel({_WITHIN_US})(time, {steps}) AS level
            FROM events WHERE event IN ({", ".join(map(str, codes))}) GROUP BY customer)
        GROUP BY level
    """


def exact_sql(codes: Sequence[int]) -> str:
    """A window per step carries the latest valid start; ordering by step lets equal times match in step order."""
    cases = " ".join(f"WHEN {code} THEN {step}" for step, code in enumerate(codes))
    tables = [
        f"s0 AS (SELECT customer, time, CASE event {cases} END AS step FROM events WHERE event IN {(*codes,)})",
        f"s1 AS (SELECT *, max(time) FILTER (WHERE step = 0) {_CARRIED} AS b1 FROM s0)",
    ]
    for step in range(1, len(codes)):
        here = f"FILTER (WHERE step = {step} AND time - b{step} <= {_WITHIN_US})"
        tables.append(f"s{step + 1} AS (SELECT *, max(b{step}) {here} {_CARRIED} AS b{step + 1} FROM s{step})")
    some = ", ".join(f"bool_or(b{step} IS NOT NULL) AS r{step}" for step in range(1, len(codes) + 1))
    counts = ", ".join(f"count(*) FILTER (WHERE r{step})" for step in range(1, len(codes) + 1))
    last = f"reached AS (SELECT {some} FROM s{len(codes)} GROUP BY customer)"
    return f"WITH {', '.join([*tables, last])} SELECT {counts} FROM reached"
