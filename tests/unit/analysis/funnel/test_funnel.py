"""The funnel: the examples of its definition, a reference by brute force, and what must not change it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from funnel_brute import Ask, Event, level_of
from given import given, made
from periplo.analysis import FunnelResult, Journeys
from periplo.errors import UnknownName
from periplo.journeys.kernels.funnel import BLOCK, NO_STEP, funnel


def ask(*lines: str, steps: str = "ABC", within: float = 10, until: float | None = None, **options) -> FunnelResult:
    """The stranger is left out, but makes all events known."""
    columns = given(*lines, "A0 B0 C0 X0", until=until, strangers=[len(lines)])
    return Journeys(columns).funnel(*steps, within=f"{within} s", **options)


def reached(*lines: str, **options) -> list[int]:
    return [step.customers for step in ask(*lines, **options).steps]


@pytest.mark.parametrize(
    ("journey", "within", "options", "steps"),
    [
        ("A0 A1800 B2700 C4500", 3600, {}, 3),  # 1:00, 1:30, 1:45, 2:15: the latest start carries
        ("A0 A1800 B2700 C4500", 3600, {"start": "first"}, 2),
        ("A0 A100 B105 C108", 10, {}, 3),
        ("A0 B3 A4 B13 C14", 10, {}, 3),
        ("A0 B5 A8 C12", 10, {}, 2),
        ("A0 B1 A2 C3", 10, {}, 3),
        ("A0 B10", 10, {}, 2),
        ("A0 B10.000001", 10, {}, 1),
        ("C0 B0 A0", 10, {}, 3),
        ("B0 C1", 10, {}, 0),
        ("A0 X1 B2 C3", 10, {"order": "strict"}, 1),
        ("A0 B1 C2", 10, {"order": "strict"}, 3),
        ("A0 A1 B2 C3", 10, {"order": "strict"}, 3),
        ("A0 A1 B2 C3", 10, {"order": "strict", "start": "first"}, 1),
        ("C0 A5 B8", 10, {"order": "any"}, 3),
        ("C0 A5 B11", 10, {"order": "any"}, 2),
        ("A0 B2 X3 C4", 10, {"exclude": ["X"]}, 2),
        ("A0 B2 X3 A4 B5 C6", 10, {"exclude": ["X"]}, 3),
        ("A0 X1 B2 C4", 10, {"exclude": ["X between B and C"]}, 3),
        ("A0 B1 X2 B3 C4", 10, {"exclude": [("X", 2, 3)]}, 2),
        ("A0 B1 X2 A3 B4 C5", 10, {"exclude": ["X between 2 and 3"]}, 3),
        ("A0 B3 C6", 10, {"within_step": "3s"}, 3),
        ("A0 B3 C6.000001", 10, {"within_step": "3s"}, 2),
        ("A0 B1 B3 C5", 10, {"within_step": "3s"}, 3),
        ("B0 A1 C5", 10, {"grace": "2s"}, 3),
        ("B0 A3 C5", 10, {"grace": "2s"}, 1),
        ("A0 C5", 10, {"optional": ["B"]}, 3),
    ],
)
def test_the_examples_of_the_definition(journey: str, within: float, options: dict[str, object], steps: int) -> None:
    counts = reached(journey, within=within, **options)
    if "optional" in options:
        assert counts == [1, 0, 1]
    else:
        assert counts == [1] * steps + [0] * (3 - steps)


@pytest.mark.parametrize(("start", "seconds"), [("latest", 3), ("first", 8), ("every", 8)])
def test_time_to_convert_runs_from_the_start(start: str, seconds: float) -> None:
    found = ask("A0 A5 B8", steps="AB", start=start)
    first, second = found.steps
    assert (first.median_s, second.median_s, second.p90_s, second.mean_s) == (None, seconds, seconds, seconds)
    assert (found.time.median_s, found.time.mean_s) == (seconds, seconds)


def test_the_time_of_the_whole_way_is_that_of_those_who_took_all() -> None:
    found = ask("A0 B1 C4", "A0 B2 C8", "A0 B5", histogram=True)
    assert (found.time.median_s, found.time.p90_s, found.time.mean_s) == (6, 7.6, 6)
    assert found.steps[1].mean_s == pytest.approx(8 / 3)
    assert [(bin.from_s, bin.to_s, bin.n) for bin in found.time.histogram] == [(0, 1, 0), (1, 10, 2)]
    assert sum(bin.n for bin in found.steps[1].histogram) == 3
    assert found.behind("funnel/1/time/1").tolist() == [0, 1]
    assert found.behind("funnel/2/time/1").tolist() == [0, 1, 2]


def test_one_event_serves_one_step() -> None:
    assert reached("A0", steps="AA") == [1, 0]
    assert reached("A0 A0", steps="AA") == [1, 1]
    assert reached("A0 A4 A9", steps="AAA") == [1, 1, 1]


def test_still_open_until_the_window_is_over() -> None:
    lines = ("A0", "A95", "A0 B95", "A89 B90 C91")
    steps = ask(*lines, until=100).steps
    assert [(s.customers, s.still_open, s.dropped) for s in steps] == [(4, 1, 2), (1, 0, 0), (1, 0, 0)]
    edge = ask("A90", steps="AB", until=100).steps[0]
    assert (edge.still_open, edge.dropped) == (1, 0)


def test_the_customers_behind_a_number() -> None:
    columns = given("A0 B1", "A0", "A99", "B5", until=100, device=["x", "x", "x", "y", "x"])
    found = Journeys(columns).funnel("A", "B", within="10s", by="device")
    assert found.behind("funnel/1/customers").tolist() == [0, 1, 2]
    assert found.behind("funnel/2/customers").tolist() == [0]
    assert found.behind("funnel/1/dropped").tolist() == [1]
    assert found.behind("funnel/1/still_open").tolist() == [2]
    assert found.behind("funnel/1/customers/y").tolist() == [2]
    for wrong in ("funnel/3/customers", "funnel/0/customers", "funnel/1/nothing", "funnel/1/customers/z", "stage/1/x"):
        with pytest.raises(UnknownName):
            found.behind(wrong)


def test_strangers_are_left_out() -> None:
    assert [s.customers for s in Journeys(given("A0", "A0", strangers=[1])).funnel("A", within="1s").steps] == [1]


Reached = dict[int, tuple[int, bool, list[int]]]
"""Per customer the level, whether it is still open, and the rows."""
STEPS, SERVES = 3, np.arange(8, dtype=np.uint32)
FIRST_STEP = np.array([NO_STEP, 0, 1, 0, 2, 0, 1, 0], np.uint8)


def kernel(
    offsets: list[int], time: np.ndarray, code: np.ndarray, serves: np.ndarray, within: int, until: int
) -> Reached:
    """Event code c serves the steps that are bits of ``serves[c]``."""
    everyone = np.ones(len(offsets) - 1, np.bool_)
    who, rows, times = (np.empty(size, np.int64) for size in (len(everyone), len(time), len(time)))
    level, still_open, used = funnel(
        np.array(offsets), time.astype(np.int64), everyone, code.astype(np.uint16), FIRST_STEP[serves], serves, STEPS,
        within, until, who, rows, times,
    )  # fmt: skip
    assert np.array_equal(times[:used], time[rows[:used]])
    ends = np.cumsum(level, dtype=np.int64).tolist()
    of = zip(who.tolist(), level.tolist(), still_open.tolist(), strict=False)
    return {c: (n, o, rows[end - n : end].tolist()) for (c, n, o), end in zip(of, ends, strict=True)}


@settings(max_examples=400)
@for_all(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 7)), max_size=6), st.integers(0, 6), st.integers(8, 12))
def test_equals_brute_force_also_where_events_serve_several_steps(journey, within: int, until: int) -> None:
    check_against_brute_force(sorted(journey, key=lambda event: event[0]), SERVES, within, until)


@settings(max_examples=400)
@for_all(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=9), st.integers(0, 6), st.integers(6, 10))
def test_equals_brute_force_where_each_event_serves_one(journey, within: int, until: int) -> None:
    check_against_brute_force(sorted(journey, key=lambda event: event[0]), ALONE[:4], within, until)


def check_against_brute_force(journey, serves: np.ndarray, within: int, until: int) -> None:
    time, code = (np.array([event[k] for event in journey], np.int64) for k in (0, 1))
    reached = kernel([0, len(journey)], time, code, serves, within, until)
    masks = [int(serves[kind]) for kind in code]
    events = [
        Event(int(when), frozenset(k for k in range(STEPS) if mask >> k & 1))
        for when, mask in zip(time, masks, strict=True)
    ]
    level, is_open = level_of(events, Ask(steps=STEPS, within=within, until=until))
    found, still_open, rows = reached.get(0, (0, False, []))
    assert found == level == len({*rows})
    assert is_open == still_open or level in {0, STEPS}
    assert level < STEPS or not still_open
    assert all(masks[row] >> k & 1 for k, row in enumerate(rows))
    times = time[rows].tolist()
    assert times == sorted(times)
    assert not times or times[-1] - times[0] <= within


ALONE = np.array([0, 1, 2, 4, 3], np.uint32)
"""What codes serve: one step each but for the last, which makes the kernel look at every event by itself."""


@pytest.mark.parametrize("seed", range(3))
def test_many_at_once_equal_each_by_itself(seed: int) -> None:
    """Also across the blocks in which rows are sifted, with a customer who has more rows than a block."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 30, 9_000)
    sizes[4_000] = BLOCK + 5_000
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    time = np.concatenate([np.sort(random.integers(0, 3 * size + 1, size)) for size in sizes.tolist()])
    code, until = random.integers(0, 4, len(time)), int(time.max())
    together = kernel(offsets.tolist(), time, code, ALONE[:4], 9, until)
    assert len(together) > 6_000
    assert together == kernel(offsets.tolist(), time, code, ALONE, 9, until)


events = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("ABCX"), st.integers(0, 30), st.sampled_from(["web", "app"])),
    max_size=60,
    unique_by=lambda event: (event[0], event[2]),
)
OPTIONS = [
    {},
    {"order": "strict", "start": "every"},
    {"order": "any", "unit": "attempt"},
    {"exclude": ["X"], "hold": ["channel"], "unit": "attempt", "start": "every"},
    {"optional": ["B"], "within_step": "4s", "by": "channel", "by_touch": "all", "trend": "day"},
    {"unit": "session", "next": "events", "histogram": True, "by": "channel", "by_touch": "last"},
]


@settings(max_examples=15)
@for_all(events, st.randoms(use_true_random=False), st.integers(2, 5))
def test_neither_order_nor_parts_nor_threads_change_it(happened, random, threads: int) -> None:
    shuffled = [*happened, (0, "C", 30.5, "web"), (0, "A", 31, "web"), (0, "X", 32, "web"), (0, "B", 33, "app")]
    one = Journeys(made(shuffled, 6), threads=1)
    random.shuffle(shuffled)
    many = Journeys(made(shuffled, 6), threads=threads)
    for options in OPTIONS:
        found, other = (each.funnel("A", "B", "C", within="7s", **options).to_dict() for each in (one, many))
        assert plain(found) == plain(other)


def plain(found: dict) -> dict:
    """Groups and lists of equal size stand in the order in which their names were first met."""
    for step in [*found["steps"], *(step for group in found.get("groups", []) for step in group["steps"])]:
        step.get("next", []).sort(key=str)
    found.get("groups", []).sort(key=str)
    return found
