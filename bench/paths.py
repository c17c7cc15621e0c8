"""Transitions and flows over the crowd, against ClickHouse; at 1 M events against pm4py and retentioneering."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench.apart import Apart
from bench.clickhouse import clickhouse
from bench.crowd import DATA, Crowd
from bench.measuring import Figure, compared, repeated
from bench.peers import Answer, ask_peer
from periplo.analysis import Journeys
from periplo.analysis.paths.nodes import OTHER
from periplo.analysis.paths.sankey import Sankey
from periplo.analysis.paths.transitions import Transitions

SMALL = Crowd(events=1_000_000)
STEPS, REPEATS = 5, 9
_WINDOW = "WINDOW w AS (PARTITION BY customer ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
LAG = f"""
    SELECT before, event, count() AS n
    FROM (SELECT event, lagInFrame(toInt32(event), 1, -1) OVER w AS before FROM events {_WINDOW})
    GROUP BY before, event
"""
TIMED = f"""
    SELECT before, event, count() AS n, quantilesExactInclusive(0.5, 0.9)(time - moment) AS times
    FROM (
        SELECT event, time, lagInFrame(toInt32(event), 1, -1) OVER w AS before, lagInFrame(time, 1, 0) OVER w AS moment
        FROM events {_WINDOW})
    GROUP BY before, event
"""
# Journeys as arrays, split where half an hour passes, repeats collapsed, cut to six; then each pair in its column.
_SORTED = "arraySort(x -> x.1, groupArray((time, event)))"
ARRAYS = f"""
    SELECT k, a, b, count() AS n FROM (
        SELECT arrayMap(x -> toInt32(x), arraySlice(arrayCompact(arrayJoin(arraySplit((x, new) -> new, names, gaps))),
            1, {STEPS + 1})) AS path, arrayResize(path, {STEPS + 1}, -1) AS p
        FROM (
            SELECT {_SORTED} AS sorted, sorted.1 AS times, sorted.2 AS names,
                arrayMap((t, u) -> t - u >= 1800000000, times, arrayPopBack(arrayPushFront(times, times[1]))) AS gaps
            FROM events GROUP BY customer)
    ) ARRAY JOIN range(0, {STEPS}) AS k, arrayPopBack(p) AS a, arrayPopFront(p) AS b
    WHERE a >= 0 GROUP BY k, a, b
"""


def figures() -> Iterator[Figure]:
    yield from against_clickhouse(Crowd())
    yield from against_libraries(SMALL)


def against_clickhouse(crowd: Crowd) -> Iterator[Figure]:
    with clickhouse(crowd) as peer:
        yield from _against(crowd, peer)


def _against(crowd: Crowd, peer: Apart) -> Iterator[Figure]:
    journeys, names = crowd.journeys(), crowd.event_names
    size = f"{crowd.events / 1e6:g} M events"
    row = crowd.people * 8

    def steps(times: bool) -> Transitions:
        return journeys.transitions(of="event", collapse=False, times=times)

    yield compared(
        f"transitions, {size}",
        lambda: steps(False),
        lambda: peer.timed(LAG),
        than="lag in ClickHouse",
        goal=15,
        touched=crowd.events * 3 + row,
        same=lambda ours, _: counts(ours) == {(named(names, a), names[b]): n for a, b, n in peer.ask(settled(LAG))},
    )
    yield compared(
        f"transitions with median and p90 times, {size}",
        lambda: steps(True),
        lambda: peer.timed(TIMED),
        than="lag and exact quantiles in ClickHouse",
        goal=15,
        touched=crowd.events * 11 + row,
        same=lambda ours, _: _same_times(
            timed(ours), {(named(names, a), names[b]): (n, *us) for a, b, n, us in peer.ask(settled(TIMED)) if a >= 0}
        ),
    )
    yield compared(
        f"sankey of {STEPS} steps, {size}",
        lambda: flows(journeys),
        lambda: peer.timed(ARRAYS),
        than="arrays in ClickHouse",
        goal=8,
        touched=crowd.events * 11 + row,
        same=lambda ours, _: _same_flows(ours, peer.ask(settled(ARRAYS)), names),
    )


def against_libraries(crowd: Crowd) -> Iterator[Figure]:
    journeys, file, size = crowd.journeys(), table(crowd), f"{crowd.events / 1e6:g} M events"

    def follows() -> Transitions:
        return journeys.transitions(of="event", collapse=False, times=False)

    def laid() -> Sankey:
        return journeys.sankey(of="event", steps=STEPS, collapse=False, gap="never")

    found = {f"{a}\t{b}": n for (a, b), n in counts(follows()).items() if a is not None}
    pairs: list[tuple[str, str, Answer | None, float]] = [
        ("transitions", "pm4py's directly-follows graph", ask_peer("directly_follows", file), 100),
        ("transitions", "retentioneering's transition graph", ask_peer("eventstream", file, "transitions"), 20),
    ]
    ours_s = repeated(follows, REPEATS)
    for name, than, peer, goal in pairs:
        if peer is not None:
            yield _figure(f"{name}, {size}", ours_s, than, peer, goal, found == peer.answer)
    steps = ask_peer("eventstream", file, "steps")
    if steps is not None:
        equal = _same_steps(laid(), steps.answer)
        yield _figure(
            f"sankey of {STEPS} steps, {size}",
            repeated(laid, REPEATS),
            "retentioneering's step sankey",
            steps,
            10,
            equal,
        )


def _same_steps(ours: Sankey, theirs: list[dict[str, float]]) -> bool:
    """The same shares of paths at each event in each column; those that are "other" in ours together."""
    for column, their in enumerate(theirs):
        own = {node.name: node.share for node in ours.nodes if node.column == column}
        rest = own.pop(OTHER, 0.0)
        alone = [their.pop(name, 0.0) for name in own]
        if not np.allclose([*own.values(), rest], [*alone, sum(their.values())], rtol=1e-9):
            return False
    return True


def _figure(name: str, ours_s: float, than: str, peer: Answer, goal: float, equal: bool) -> Figure:
    peer_s = median(peer.seconds)
    ratio = peer_s / ours_s
    return Figure(
        name=name,
        ours_s=ours_s,
        peer=than,
        peer_s=peer_s,
        ratio=ratio,
        goal=f"{goal:g} times faster",
        equal=equal,
        met=equal and ratio >= goal,
    )


def settled(sql: str) -> str:
    """The same query with events of one instant in the order of the table, which a window leaves open: for comparing
    the answers. What is timed is the plain one, which is quicker."""
    sorted_so = "arraySort(x -> (x.1, x.3), groupArray((time, event, _part_offset)))"
    return sql.replace("ORDER BY time", "ORDER BY time, _part_offset").replace(_SORTED, sorted_so)


def flows(journeys: Journeys) -> Sankey:
    return journeys.sankey(of="event", steps=STEPS)


def counts(found: Transitions) -> dict[tuple[str | None, str], int]:
    """All steps that lead somewhere."""
    return {(move.origin, move.target): move.n for move in found.moves if move.target is not None}


def timed(found: Transitions) -> dict[tuple[str | None, str], tuple[float, ...]]:
    """Counts and times (us) of all steps from one event to another."""
    return {
        (move.origin, move.target): (move.n, move.median_s * 1e6, move.p90_s * 1e6)
        for move in found.moves
        if move.target is not None and move.median_s is not None and move.p90_s is not None
    }


def _same_times(ours: dict[Any, tuple[float, ...]], theirs: dict[Any, tuple[float, ...]]) -> bool:
    """To the last digits of floating point."""
    return ours.keys() == theirs.keys() and all(np.allclose(ours[key], theirs[key], rtol=1e-12) for key in ours)


def named(names: tuple[str, ...], code: int) -> str | None:
    return names[code] if code >= 0 else None


def _same_flows(ours: Sankey, theirs: list[tuple[int, int, int, int]], names: tuple[str, ...]) -> bool:
    """The same flows once ClickHouse's rare nodes are the ones that stand as "other" in ours."""
    alone = {(node.column, node.name) for node in ours.nodes}
    added: dict[tuple[int, str | None, str | None], int] = {}

    def shown(column: int, code: int) -> str | None:
        name = named(names, code)
        return name if name is None or (column, name) in alone else "other"

    for k, a, b, n in theirs:
        key = (k, shown(k, a), shown(k + 1, b))
        added[key] = added.get(key, 0) + n
    return added == {(link.column, link.origin, link.target): link.n for link in ours.links}


def table(crowd: Crowd) -> Path:
    """The crowd as a table that other libraries read: customer, moment, name."""
    file: Path = DATA / f"{crowd.name}_named.parquet"
    if not file.exists():
        columns = crowd.columns()
        names = pa.DictionaryArray.from_arrays(pa.array(columns.event.astype(np.int32)), pa.array(crowd.event_names))
        customer = np.repeat(columns.customer, np.diff(columns.offsets)).astype(str)
        moments = pa.array(columns.time_us).cast(pa.timestamp("us", tz="UTC"))
        parquet.write_table(
            pa.table({"user_id": customer, "timestamp": moments, "event": names.cast(pa.string())}), file
        )
    return file
