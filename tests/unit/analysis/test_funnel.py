"""The ordered funnel: the examples of its definition, a reference by brute force, and what must not change it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis.condition import Condition
from periplo.analysis.funnel.funnel import Funnel
from periplo.analysis.grouping import Together, group_by
from periplo.analysis.question import ask
from periplo.journeys.columns import JourneyColumns
from periplo.journeys.kernels.funnel import funnel
from periplo.predicates import EventIs


def question(*steps: str, within: float, grouping=None) -> Funnel:
    conditions = [Condition(step, EventIs(names=(step,))) for step in steps]
    return Funnel(conditions, round(within * 1e6), grouping or Together())


def reached(columns: JourneyColumns, *steps: str, within: float) -> list[int]:
    return [step.customers for step in ask(columns, question(*steps, within=within))[0][1]]


@pytest.mark.parametrize(
    ("journey", "within", "steps"),
    [
        ("A0 A1800 B2700 C4500", 3600, 3),  # 1:00, 1:30, 1:45, 2:15: the latest start carries
        ("A0 A100 B105 C108", 10, 3),
        ("A0 B3 A4 B13 C14", 10, 3),
        ("A0 B5 A8 C12", 10, 2),
        ("A0 B1 A2 C3", 10, 3),
        ("A0 B10", 10, 2),
        ("A0 B10.000001", 10, 1),
        ("C0 B0 A0", 10, 3),
        ("B0 C1", 10, 0),
    ],
)
def test_the_examples_of_the_definition(journey: str, within: float, steps: int) -> None:
    counts = reached(given(journey), "A", "B", "C", within=within)
    assert counts == [1] * steps + [0] * (3 - steps)


def test_time_to_convert_runs_from_the_latest_start() -> None:
    steps = ask(given("A0 A5 B8"), question("A", "B", within=10))[0][1]
    assert (steps[0].median_s, steps[1].median_s, steps[1].mean_s) == (None, 3.0, 3.0)


def test_one_event_serves_one_step() -> None:
    assert reached(given("A0"), "A", "A", within=10) == [1, 0]
    assert reached(given("A0 A0"), "A", "A", within=10) == [1, 1]
    assert reached(given("A0 A4 A9"), "A", "A", "A", within=10) == [1, 1, 1]


def test_still_open_until_the_window_is_over() -> None:
    lines = ("A0", "A95", "A0 B95", "A89 B90 C91")
    steps = ask(given(*lines, until=100), question("A", "B", "C", within=10))[0][1]
    assert [(s.customers, s.still_open, s.dropped) for s in steps] == [(4, 1, 2), (1, 0, 0), (1, 0, 0)]
    edge = ask(given("A90", until=100), question("A", "B", within=10))[0][1]
    assert (edge[0].still_open, edge[0].dropped) == (1, 0)


def test_by_a_property_as_it_was_at_the_first_step() -> None:
    columns = given("A0 B1", "A0 B1", "A0", "A0", device=["mobile", "desktop", "desktop", None, "mobile", None])
    groups = dict(ask(columns, question("A", "B", within=9, grouping=group_by("device", columns, "UTC"))))
    assert {name: [s.customers for s in steps] for name, steps in groups.items()} == {
        "": [4, 2],
        "mobile": [2, 1],
        "desktop": [1, 1],
        "unknown": [1, 0],
    }


def test_small_groups_are_added_up_as_other() -> None:
    columns = given(*["A0"] * 30, page=[f"p{n:02}" for n in range(30)])
    groups = ask(columns, question("A", within=9, grouping=group_by("page", columns, "UTC")))
    assert len(groups) == 22
    assert (groups[-1][0], groups[-1][1][0].customers) == ("other", 10)


def test_the_customers_behind_a_number() -> None:
    columns = given("A0 B1", "A0", "A99", "B5", until=100, device=["x", "x", "y", "x", "x"])
    asked = question("A", "B", within=10, grouping=group_by("device", columns, "UTC"))
    behind = {
        ref: asked.behind(columns, ref) for ref in ("funnel/1/customers", "funnel/2/customers", "funnel/1/dropped")
    }
    assert {ref: found.tolist() for ref, found in behind.items()} == {
        "funnel/1/customers": [0, 1, 2],
        "funnel/2/customers": [0],
        "funnel/1/dropped": [1],
    }
    assert asked.behind(columns, "funnel/1/still_open").tolist() == [2]
    assert asked.behind(columns, "funnel/1/customers/y").tolist() == [1]
    for wrong in ("funnel/3/customers", "funnel/0/customers", "funnel/1/nothing", "funnel/1/customers/z", "stage/1/x"):
        assert asked.behind(columns, wrong) is None


def test_strangers_are_left_out() -> None:
    assert reached(given("A0", "A0", strangers=[1]), "A", within=1) == [1]


def brute(journey: list[tuple[int, int]], steps: int, within: int) -> int:
    """The longest chain of distinct events, times not falling, that serve steps 0.. within the window."""
    for length in range(min(steps, len(journey)), 0, -1):
        for chain in permutations(journey, length):
            times = [when for when, _ in chain]
            serves = all(mask >> k & 1 for k, (_, mask) in enumerate(chain))
            if serves and times == sorted(times) and times[-1] - times[0] <= within:
                return length
    return 0


@settings(max_examples=400)
@for_all(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 15)), max_size=6), st.integers(0, 6))
def test_equals_brute_force_also_where_events_serve_several_steps(journey: list[tuple[int, int]], within: int) -> None:
    journey = sorted(journey, key=lambda event: event[0])
    found, chain, latest = funnel(
        np.array([0, len(journey)]),
        np.array([when for when, _ in journey], np.int64),
        np.ones(1, np.bool_),
        np.array([mask for _, mask in journey], np.uint16),
        np.arange(16, dtype=np.uint32),
        4,
        within,
    )
    level = int(found[0])
    assert level == brute(journey, 4, within)
    rows = chain[0, :level].tolist()
    assert len(set(rows)) == level
    assert all(journey[row][1] >> k & 1 for k, row in enumerate(rows))
    times = [journey[row][0] for row in rows]
    assert times == sorted(times)
    assert not times or (times[-1] - times[0] <= within and times[0] <= latest[0])


events = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("ABCX"), st.integers(0, 30), st.sampled_from(["web", "app"])),
    max_size=60,
)


@for_all(events, st.randoms(use_true_random=False), st.integers(1, 5))
def test_neither_order_nor_parts_nor_threads_change_it(happened, random, threads: int) -> None:
    asked = question("A", "B", "C", within=7)
    shuffled = list(happened)
    random.shuffle(shuffled)
    assert ask(made(happened, 6), asked, threads=1) == ask(made(shuffled, 6), asked, threads=threads)
