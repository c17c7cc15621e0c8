"""Sequences equal ClickHouse's ``sequenceMatch`` and ``sequenceCount``, for the patterns that both languages have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import Happened, made
from periplo.analysis import Journeys
from support_paths import indices

chdb = pytest.importorskip("chdb")

CUSTOMERS = 40
SQL = """
    SELECT who, sequenceMatch('{pattern}')(at, {conditions}) AS has, sequenceCount('{pattern}')(at, {conditions}) AS n
    FROM Python(events) GROUP BY who ORDER BY who
"""


class Link(NamedTuple):
    """What comes next: within so many seconds, directly, or whenever."""

    step: str
    within: int | None = None
    directly: bool = False


steps = st.sampled_from(["A", "B", "A or C", "*"])
links = st.one_of(
    steps.map(Link),
    st.tuples(steps, st.sampled_from([2, 5])).map(lambda told: Link(*told)),
    steps.map(lambda step: Link(step, directly=True)),
)
happenings = st.lists(
    st.tuples(st.integers(0, CUSTOMERS - 1), st.sampled_from("ABCD"), st.integers(0, 25).map(float), st.just("web")),
    min_size=1,
    max_size=400,
    unique_by=lambda event: (event[0], event[2]),
)


@settings(max_examples=15)
@given(happenings, steps, st.lists(links, max_size=3))
def test_equals_clickhouse(happened: list[Happened], first: str, then: list[Link]) -> None:
    named = [*happened, *((CUSTOMERS, name, 0.0, "web") for name in "ABCD")]
    whole = Journeys(made(named, CUSTOMERS + 1, strangers=[CUSTOMERS]), threads=2)
    found = whole.sequences(ours(first, then))
    [row] = found.found
    matched = clickhouse(happened, first, then)
    assert row.n == sum(matched.values())
    assert found.behind(row.ref).tolist() == indices(whole, set(matched))


def ours(first: str, then: Sequence[Link]) -> str:
    return first + "".join(map(written, then))


def written(link: Link) -> str:
    within = f" within {link.within}s" if link.within else ""
    return f", then{' directly' * link.directly}{within} {link.step}"


def clickhouse(happened: Sequence[Happened], first: str, then: Sequence[Link]) -> dict[int, int]:
    """How often each customer has it, of those who do. Events that fit no condition are not looked at there, so the
    last condition fits all."""
    events = pa.table(  # noqa: F841 (chdb reads the table by this name)
        {
            "who": [who for who, *_ in happened],
            "at": pa.array([int(when) for _, _, when, _ in happened], pa.uint64()),
            "name": [name for _, name, *_ in happened],
        }
    )
    pattern = "(?1)"
    for place, link in enumerate(then, 2):
        between = f"(?t<={link.within})" if link.within else "" if link.directly else ".*"
        pattern += f"{between}(?{place})"
    conditions = ", ".join(map(condition, (first, *(link.step for link in then), "*")))
    answer = chdb.query(SQL.format(pattern=pattern, conditions=conditions), "JSONCompact").bytes().decode()
    return {who: int(n) for who, has, n in json.loads(answer)["data"] if has}


def condition(step: str) -> str:
    return "1" if step == "*" else f"name IN ({', '.join(map(repr, step.split(' or ')))})"
