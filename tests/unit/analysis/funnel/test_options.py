"""Every option of a funnel and their combinations against brute force, written from the definition."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from funnel_brute import Ask, Event, counted, journeys, level_of
from periplo.journeys.kernels.funnel_attempts import attempts

NO_LIMIT = 1 << 60
ORDERS, STARTS = ("ordered", "strict", "any"), ("latest", "first", "every")


def events_of(most_time: int, kinds: st.SearchStrategy[frozenset[int]]) -> st.SearchStrategy[list[Event]]:
    one = st.builds(
        Event,
        at=st.integers(0, most_time),
        serves=kinds,
        ends=st.sampled_from([frozenset(), frozenset(), frozenset(), frozenset({0}), frozenset({1})]),
        held=st.sampled_from(["x", "x", "y", None]),
    )
    return st.lists(one, max_size=7).map(lambda events: sorted(events, key=lambda event: event.at))


single = st.sampled_from([frozenset(), *(frozenset({k}) for k in range(3))])
several = st.frozensets(st.integers(0, 2), max_size=3)


def kernel(events: list[Event], ask: Ask, each: bool = False) -> tuple[list[int], bool]:
    """The levels that the kernel finds, and whether the (last) one is still open."""
    own = [*journeys(events, ask)]
    flat = [event for journey in own for event in journey]
    offsets = np.concatenate(([0], np.cumsum([len(journey) for journey in own]))).astype(np.int64)
    unit, levels, still_open, rows = attempts(
        offsets,
        np.zeros(len(own), np.int64),
        np.full(len(own), NO_LIMIT, np.int64),
        np.array([event.at for event in flat], np.int64),
        np.array([sum(1 << k for k in event.serves) for event in flat], np.uint32),
        np.array([sum(1 << k for k in event.ends if k < len(ask.exclusions)) for event in flat], np.uint32),
        np.array(ask.exclusions, np.int64).reshape(-1, 2),
        ask.steps,
        np.array([ask.within, min(ask.step_within, NO_LIMIT), ask.grace], np.int64),
        ORDERS.index(ask.order),
        STARTS.index(ask.start),
        each,
        ask.until,
    )
    check_rows(flat, levels.tolist(), rows.tolist(), ask)
    return levels.tolist(), bool(len(unit)) and bool(still_open[-1])


def check_rows(flat: list[Event], levels: list[int], rows: list[int], ask: Ask) -> None:
    """The events that serve steps are distinct, fit them, and keep order and window."""
    assert len(rows) == sum(levels)
    for level in levels:
        chain, rows = [flat[row] for row in rows[:level]], rows[level:]
        assert len({id(event) for event in chain}) == level
        times = [event.at for event in chain]
        assert max(times) - times[0] <= ask.within
        if ask.order == "any":
            assert all(event.serves for event in chain)
        else:
            assert all(k in event.serves for k, event in enumerate(chain))
            assert all(later >= earlier - ask.grace for earlier, later in pairwise(times))
        if ask.start == "latest" and ask.order != "any":
            assert all(b - a <= ask.step_within for a, b in pairwise(times))


def agree(events: list[Event], ask: Ask) -> None:
    ask = Ask(**{**ask.__dict__})
    events = [
        Event(e.at, e.serves, frozenset(x for x in e.ends if x < len(ask.exclusions)), e.held, row)
        for row, e in enumerate(events)
    ]
    levels, still_open = kernel(events, ask)
    level, is_open = level_of(events, ask)
    assert (levels or [0]) == [level]
    if level and level < ask.steps:
        assert still_open == is_open


@settings(max_examples=250)
@for_all(events_of(8, several), st.sampled_from(ORDERS), st.sampled_from(STARTS), st.integers(0, 9), st.integers(8, 14))
def test_order_and_start(events: list[Event], order: str, start: str, within: int, until: int) -> None:
    agree(events, Ask(steps=3, within=within, order=order, start=start, until=until))


@settings(max_examples=200)
@for_all(
    events_of(8, several), st.sampled_from(["ordered", "strict"]), st.sampled_from(STARTS), st.integers(0, 9),
    st.integers(0, 5), st.integers(8, 14),
)  # fmt: skip
def test_from_step_to_step(
    events: list[Event], order: str, start: str, within: int, step_within: int, until: int
) -> None:
    agree(events, Ask(steps=3, within=within, order=order, start=start, step_within=step_within, until=until))


betweens = st.sampled_from([((0, 2),), ((0, 1),), ((1, 2),), ((0, 1), (1, 2)), ((0, 2), (1, 2))])


@settings(max_examples=250)
@for_all(events_of(8, several), betweens, st.sampled_from(STARTS), st.integers(0, 9), st.integers(8, 14))
def test_exclusions(events: list[Event], between, start: str, within: int, until: int) -> None:
    agree(events, Ask(steps=3, within=within, start=start, exclusions=between, until=until))


@settings(max_examples=100)
@for_all(events_of(8, several), st.sampled_from(STARTS), st.integers(0, 9))
def test_exclusions_in_any_order(events: list[Event], start: str, within: int) -> None:
    agree(events, Ask(steps=3, within=within, order="any", start=start, exclusions=((0, 2),)))


@settings(max_examples=200)
@for_all(events_of(8, single), st.sampled_from(STARTS), st.integers(0, 9), st.integers(1, 3))
def test_a_grace(events: list[Event], start: str, within: int, grace: int) -> None:
    agree(events, Ask(steps=3, within=within, start=start, grace=grace))


@settings(max_examples=200)
@for_all(
    events_of(8, several), st.sampled_from(ORDERS), st.sampled_from(STARTS), st.integers(0, 9), st.integers(0, 9),
    betweens,
)  # fmt: skip
def test_all_together(events: list[Event], order: str, start: str, within: int, step_within: int, between) -> None:
    given = Ask(
        steps=3,
        within=within,
        order=order,
        start=start,
        step_within=step_within if order != "any" else 10**15,
        exclusions=between if order == "ordered" else (),
        hold=True,
    )
    agree(events, given)


@settings(max_examples=250)
@for_all(events_of(10, several), st.sampled_from(ORDERS), st.sampled_from(STARTS), st.integers(0, 6), betweens)
def test_attempts_are_counted_one_after_another(
    events: list[Event], order: str, start: str, within: int, between
) -> None:
    ask = Ask(steps=3, within=within, order=order, start=start, exclusions=between if order == "ordered" else ())
    events = [Event(e.at, e.serves, frozenset(x for x in e.ends if x < len(ask.exclusions))) for e in events]
    assume(events)
    assert kernel(events, ask, each=True)[0] == counted(events, ask)


def test_a_customer_of_very_many_events_takes_no_time() -> None:
    """Starts that repeat do not make attempts of the same events over and over."""
    n = 20_000
    events = [Event(at, frozenset({0 if at % 3 else 1})) for at in range(n)]
    levels, _ = kernel(events, Ask(steps=3, within=n, exclusions=((0, 2),)))
    assert levels == [2]


@pytest.mark.parametrize("order", ORDERS)
def test_nothing_is_nothing(order: str) -> None:
    assert kernel([], Ask(steps=3, within=1, order=order)) == ([], False)
