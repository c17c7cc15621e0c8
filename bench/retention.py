"""Weekly retention over the crowd, against ClickHouse with the active weeks of each customer in an array."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bench.apart import Apart
from bench.clickhouse import clickhouse
from bench.crowd import Crowd
from bench.measuring import Figure, compared
from periplo.analysis import Journeys, Retention

GOAL, PERIODS = 5.0, 26
_WEEK = "intDiv(intDiv(time, 86400000000) + 3, 7)"  # 1970 began on a Thursday, weeks begin on Mondays
ANY = f"""
    SELECT weeks[1] AS cohort, arrayJoin(weeks) - cohort AS after, count()
    FROM (SELECT arraySort(groupUniqArray({_WEEK})) AS weeks FROM events GROUP BY customer)
    GROUP BY cohort, after HAVING after > 0
"""
ORDERS = f"""
    SELECT cohort, arrayJoin(arrayFilter(w -> w > cohort, weeks)) - cohort AS after, count()
    FROM (
        SELECT intDiv(intDiv(minIf(time, event = {{start}}), 86400000000) + 3, 7) AS cohort,
            groupUniqArrayIf({_WEEK}, event = {{back}}) AS weeks
        FROM events WHERE event IN ({{start}}, {{back}}) GROUP BY customer HAVING countIf(event = {{start}}) > 0)
    GROUP BY cohort, after
"""


def figures(crowd: Crowd | None = None) -> Iterator[Figure]:
    crowd = crowd or Crowd()
    journeys, names, steps = crowd.journeys(), crowd.event_names, ("Product Viewed", "Order Completed")
    start, back = map(names.index, steps)
    with clickhouse(crowd) as peer:
        yield _figure(crowd, journeys, peer, "any event to any event", ANY)
        orders = ORDERS.format(start=start, back=back)
        yield _figure(crowd, journeys, peer, "product viewed to order", orders, *steps)


def _figure(crowd: Crowd, journeys: Journeys, peer: Apart, name: str, sql: str, *steps: str) -> Figure:
    return compared(
        f"weekly retention, {name}, {crowd.events / 1e6:g} M events",
        lambda: journeys.retention(*steps, unit="week", periods=PERIODS),
        lambda: peer.timed(sql),
        than="arrays of weeks in ClickHouse",
        goal=GOAL,
        touched=crowd.events * 10 + crowd.people * 8,
        same=lambda ours, theirs: returns(ours) == {(int(week), int(after)): int(n) for week, after, n in theirs},
    )


def returns(found: Retention) -> dict[tuple[int, int], int]:
    """Who came back in which week after which: only where somebody did, and after the first."""
    cells: Any = (
        ((_week(cohort.period), int(cell.after)), cell.customers + cell.so_far)
        for cohort in found.cohorts
        for cell in cohort.cells[1:]
    )
    return {key: n for key, n in cells if n}


def _week(name: str) -> int:
    """The number of a week such as 2026-W13 since 1970."""
    return (datetime.strptime(f"{name}-1", "%G-W%V-%u") - datetime(1969, 12, 29)).days // 7
