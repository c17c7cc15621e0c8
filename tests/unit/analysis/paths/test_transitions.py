"""Transitions against counting by hand, and the directly-follows graph as process mining defines it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis import Journeys
from periplo.errors import BadPredicate, UnknownName
from support_paths import MINUTE, PHONE, happenings, indices, journeys, on_phone, persons, stretches

GAPS = {"never": np.inf, "30min": 30 * MINUTE, "10h": 600 * MINUTE}


@contextmanager
def counted_first(yes: bool = True) -> Iterator[None]:
    """How times spread is counted first, however few they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("periplo.analysis.paths.transitions.worth_counting", lambda cells, events: yes)
        yield


def kept_all() -> AbstractContextManager[None]:
    return counted_first(False)


@settings(max_examples=60)
@for_all(st.integers(0, 2**32), st.integers(1, 300), st.sampled_from([0, 1, 16, 30, 44]), st.integers(1, 3))
def test_times_that_are_counted_first_are_as_exact(seed: int, count: int, least: int, threads: int) -> None:
    """From a microsecond to half a year, many of them equal, in some cells only one or two."""
    random = np.random.default_rng(seed)
    took = 2 ** random.integers(least, 45, count) + random.integers(0, 3, count) * random.integers(0, 2**20, count)
    happened = [(who, name, us / 1e6, "web") for who, time in enumerate(took) for name, us in (("a", 0), ("b", time))]
    with counted_first():
        found = Journeys(made(happened, count), threads=threads).transitions(of="event")
    move = next(move for move in found.moves if (move.origin, move.target) == ("a", "b"))
    assert (move.median_s, move.p90_s) == pytest.approx(tuple(np.quantile(took / 1e6, [0.5, 0.9])), rel=1e-12)


@settings(max_examples=60)
@for_all(
    happenings,
    st.sampled_from(["event", "touchpoint"]),
    st.booleans(),
    st.sampled_from(list(GAPS)),
    st.sampled_from([kept_all, counted_first]),
)
def test_equals_counting_by_hand(happened, of: str, collapse: bool, gap: str, way) -> None:
    whole = journeys(happened)
    with way():
        found = whole.transitions(collapse=collapse, of=of, gap=gap)
    times: dict[tuple, list[float]] = {}
    who_went: dict[tuple, set[int]] = {}
    for who, path in stretches(happened, of, collapse, GAPS[gap]):
        for a, b in pairwise([None, *path, None]):
            cell = (a and a.node, b and b.node)
            times.setdefault(cell, []).append(b.since - a.until if a and b else np.nan)
            who_went.setdefault(cell, set()).add(who)
    assert {(move.origin, move.target): move.n for move in found.moves} == {cell: len(t) for cell, t in times.items()}
    for move in found.moves:
        cell = (move.origin, move.target)
        out = sum(len(t) for (a, _), t in times.items() if a == move.origin)
        into = sum(len(t) for (_, b), t in times.items() if b == move.target)
        assert (move.share_out, move.share_in) == (move.n / out, move.n / into)
        if None in cell:
            assert (move.median_s, move.p90_s) == (None, None)
        else:
            assert (move.median_s, move.p90_s) == pytest.approx(tuple(np.quantile(times[cell], [0.5, 0.9])))
        assert found.behind(move.ref).tolist() == indices(whole, who_went[cell])


@settings(max_examples=30)
@for_all(happenings)
def test_is_the_directly_follows_graph_of_process_mining(happened) -> None:
    """A pair counts once for each place in a trace where the one is followed at once by the other; a trace's first
    and last activities are the start and end activities."""
    traces = [[name for _, name, *_ in events] for events in persons(happened).values()]
    graph = Counter(pair for trace in traces for pair in pairwise(trace))
    starts, ends = Counter(trace[0] for trace in traces), Counter(trace[-1] for trace in traces)
    moves = journeys(happened).transitions(of="event", collapse=False).moves
    assert {(m.origin, m.target): m.n for m in moves if m.origin and m.target} == graph
    assert {m.target: m.n for m in moves if m.origin is None} == starts
    assert {m.origin: m.n for m in moves if m.target is None} == ends


@settings(max_examples=25)
@for_all(happenings, st.randoms(use_true_random=False), st.integers(2, 6))
def test_neither_order_nor_threads_matter(happened, random, threads: int) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    asked = [
        journeys(each, n).transitions(of="event", versus=PHONE).moves
        for each, n in ((happened, 1), (shuffled, threads))
    ]
    assert asked[0] == asked[1]


@settings(max_examples=30)
@for_all(happenings)
def test_groups_are_counted_apart(happened) -> None:
    found = journeys(happened).transitions(of="event", versus=PHONE)
    apart = {side: Counter() for side in (True, False)}
    for who, path in stretches(happened, "event", True, np.inf):
        apart[on_phone(who)].update((a and a.node, b and b.node) for a, b in pairwise([None, *path, None]))
    for move in found.moves:
        whole = [sum(n for (a, _), n in side.items() if a == move.origin) for side in apart.values()]
        if move.difference is None:
            assert 0 in whole
            continue
        n = [side[move.origin, move.target] for side in apart.values()]
        shares = [a / b for a, b in zip(n, whole, strict=True)]
        told = move.difference
        assert (told.n, told.n_others, told.share, told.others) == (*n, *shares)
        assert told.difference == pytest.approx(shares[0] - shares[1])
        assert -1 <= told.low <= told.difference + 1e-12
        assert told.difference - 1e-12 <= told.high <= 1


def test_names_that_mean_something_to_references_are_told_apart() -> None:
    whole = Journeys(given("a0 b1 c2", "a0 c1", names={"a": "start", "b": "other", "c": "50%/x"}))
    found = whole.transitions(of="event")
    assert {(m.origin, m.target) for m in found.moves} >= {(None, '"start"'), ('"start"', '"other"'), ("50%/x", None)}
    for move in found.moves:
        assert len(found.behind(move.ref)) == move.n
    for wrong in ("transition/start/nothing", "transition/start", "step/0/start", "transition/a/b/c"):
        with pytest.raises(UnknownName):
            found.behind(wrong)


def test_misuse_is_told_and_nothing_is_an_answer() -> None:
    whole = Journeys(given("a0 b1"))
    with pytest.raises(UnknownName):
        whole.transitions(of="evnt")
    with pytest.raises(BadPredicate):
        whole.transitions(gap="0d")
    with pytest.raises(UnknownName):
        whole.transitions(versus="no such event")
    empty = Journeys(given())
    assert empty.transitions(of="event", versus={"event": "*"}).moves == []
    assert empty.transitions().chart("es").startswith("<svg")


def test_all_at_one_instant_and_one_customer() -> None:
    moves = Journeys(given("a0 b0 a0")).transitions(of="event").moves
    assert {(m.origin, m.target): (m.n, m.median_s) for m in moves} == {
        (None, "a"): (1, None),
        ("a", "b"): (1, 0.0),
        ("b", "a"): (1, 0.0),
        ("a", None): (1, None),
    }


def test_rare_nodes_of_very_many_are_other() -> None:
    letters = [chr(97 + a) + chr(97 + b) for a in range(20) for b in range(20)]
    line = " ".join(f"{name}{k}" for k, name in enumerate(letters)) + " " + " ".join(f"aa{k + 500}" for k in range(3))
    found = Journeys(given(line)).transitions(of="event", collapse=False)
    assert sum(m.n for m in found.moves if m.origin) == 403
    assert len({m.origin for m in found.moves if m.origin}) == 251
    assert next(m for m in found.moves if m.origin == m.target == "other").n == 149
