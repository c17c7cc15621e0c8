"""Every kernel equals a plain reading of its definition."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.analysis.numbers import grouped_quantiles
from periplo.journeys.kernels.carts import ABANDONED, CONVERTED, STILL_OPEN, carts, next_after
from periplo.journeys.kernels.cycles import AFTER, BEFORE, ORDER, cycles
from periplo.journeys.kernels.sessions import distinct_owners, sessions, summarise
from periplo.journeys.kernels.stages import DROPPED, NO_STAGE, NOT_ENTERED, WENT_ON, stage_contents, stage_status
from periplo.journeys.kernels.stages import STILL_OPEN as IN_STAGE
from periplo.journeys.kernels.tally import crossed, tally

GAP = 30
journeys = st.lists(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 4), st.integers(0, 2)), max_size=14).map(sorted),
    min_size=1,
    max_size=5,
)
"""Customers, each a list of (time, event, channel)."""


class Flat:
    """Journeys as the kernels take them."""

    def __init__(self, customers: list[list[tuple[int, int, int]]]) -> None:
        events = [event for customer in customers for event in customer]
        self.offsets = np.cumsum([0, *map(len, customers)]).astype(np.int64)
        self.time = np.array([t for t, _, _ in events], np.int64)
        self.event = np.array([e for _, e, _ in events], np.uint16)
        self.channel = np.array([c for _, _, c in events], np.uint8)
        self.person = np.ones(len(customers), np.bool_)
        self.customers = [list(range(a, b)) for a, b in zip(self.offsets[:-1], self.offsets[1:], strict=True)]


def flags(*codes: int) -> np.ndarray:
    return np.isin(np.arange(5), codes)


@given(journeys)
def test_sessions(customers) -> None:
    flat = Flat(customers)
    counts = flags(0, 1, 2, 3)
    session, following = sessions(flat.offsets, flat.time, flat.channel, flat.event, counts, flat.person, GAP)
    for rows in flat.customers:
        for channel in range(3):
            mine = [row for row in rows if flat.channel[row] == channel and counts[flat.event[row]]]
            for before, row in itertools.pairwise(mine):
                together = flat.time[row] - flat.time[before] < GAP
                assert (session[row] == session[before]) == together
                assert (following[before] == row) == together
    real = session[session >= 0]
    assert {*real} == {*range(real.max(initial=-1) + 1)}
    assert all((session[row] >= 0) == counts[flat.event[row]] for row in range(len(session)))
    first, last, events, pages, orders = summarise(session, flat.event, flags(0), flags(1), len({*real}))
    for s in range(len(first)):
        mine = np.flatnonzero(session == s)
        assert (first[s], last[s], events[s]) == (mine[0], mine[-1], len(mine))
        assert (pages[s], orders[s]) == ((flat.event[mine] == 0).sum(), (flat.event[mine] == 1).sum())
    owner = np.searchsorted(flat.offsets, first, "right") - 1
    distinct = distinct_owners(owner, flat.channel[first].astype(np.int64), 3)
    pairs = {*zip(owner.tolist(), flat.channel[first].tolist(), strict=True)}
    assert distinct.tolist() == [*(sum(c == k for _, c in pairs) for k in range(3)), len({*owner.tolist()})]


@given(journeys)
def test_cycles(customers) -> None:
    flat = Flat(customers)
    role = np.array([BEFORE, ORDER, AFTER, BEFORE, BEFORE], np.uint8)
    touch = flags(0, 1, 2, 3)
    found = cycles(flat.offsets, flat.channel, flat.event, role, touch, flat.person)
    expected = []
    for rows in flat.customers:
        mine: list[list[int]] = []
        for row in (row for row in rows if touch[flat.event[row]]):
            ordered = mine and any(role[flat.event[r]] == ORDER for r in mine[-1])
            if not mine or (ordered and role[flat.event[row]] != AFTER):
                mine.append([])
            mine[-1].append(row)
        expected += mine
    first, last, order, before, channels, switches, touches = found
    assert len(first) == len(expected)
    for k, rows in enumerate(expected):
        orders = [place for place, row in enumerate(rows) if role[flat.event[row]] == ORDER]
        assert len(orders) <= 1
        assert (first[k], last[k], touches[k]) == (rows[0], rows[-1], len(rows))
        assert order[k] == (rows[orders[0]] if orders else -1)
        if orders:
            assert before[k] == rows[max(orders[0] - 1, 0)]
        passed = [flat.channel[row] for row in rows]
        assert channels[k] == len({*passed})
        assert switches[k] == sum(a != b for a, b in itertools.pairwise(passed))


@given(journeys, st.integers(0, 200))
def test_stage_status(customers, drop_before: int) -> None:
    flat, stages = Flat(customers), 3
    stage = np.array([0, 1, 2, NO_STAGE, 1], np.uint8)[flat.event]
    status, spent, first, last, now = stage_status(flat.offsets, flat.time, stage, stages, drop_before)
    for customer, rows in enumerate(flat.customers):
        staged = [row for row in rows if stage[row] != NO_STAGE]
        gone = bool(staged) and flat.time[staged[-1]] < drop_before
        assert now[customer] == (stage[staged[-1]] if staged and not gone else NO_STAGE)
        for s in range(stages):
            mine = [row for row in staged if stage[row] == s]
            if not mine:
                assert status[customer, s] == NOT_ENTERED
                continue
            further = [r for r in staged if r > mine[0] and (stage[r] < s if s == stages - 1 else stage[r] > s)]
            assert (first[customer, s], last[customer, s]) == (mine[0], mine[-1])
            assert status[customer, s] == (WENT_ON if further else DROPPED if gone else IN_STAGE)
            assert spent[customer, s] == (flat.time[further[0]] - flat.time[mine[0]] if further else -1)


@given(journeys)
def test_stage_contents(customers) -> None:
    flat = Flat(customers)
    stage = np.array([0, 1, 1, NO_STAGE, 0], np.uint8)[flat.event]
    touch = np.where(flat.event == 2, -1, flat.event.astype(np.int32)).astype(np.int32)
    kinds = np.array([5, 3, 5])
    events, channels, touches, switches = stage_contents(flat.offsets, stage, flat.event, flat.channel, touch, 2, kinds)
    for s in range(2):
        rows = np.flatnonzero(stage == s)
        assert events[s].tolist() == np.bincount(flat.event[rows], minlength=5).tolist()
        assert channels[s].tolist() == np.bincount(flat.channel[rows], minlength=3).tolist()
        assert touches[s].tolist() == np.bincount(touch[rows][touch[rows] >= 0], minlength=5).tolist()
    changed = Counter()
    for rows in flat.customers:
        staged = [row for row in rows if stage[row] != NO_STAGE]
        for a, b in itertools.pairwise(staged):
            changed[int(stage[b])] += stage[a] == stage[b] and flat.channel[a] != flat.channel[b]
    assert switches.tolist() == [changed[0], changed[1]]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-50, 50)), max_size=80))
def test_quantiles_equal_numpy(pairs: list[tuple[int, int]]) -> None:
    group, value = (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))
    shares = np.array([0.1, 0.5, 0.9])
    found = grouped_quantiles(group, value, 5, shares)
    for g in range(5):
        mine = value[group == g]
        expected = np.quantile(mine, shares) if len(mine) else np.full(3, np.nan)
        assert np.allclose(found[g], expected, equal_nan=True)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(190, 700), st.integers(1, 40))
def test_quantiles_of_large_groups_equal_numpy(seed: int, count: int, kinds: int) -> None:
    value, shares = np.random.default_rng(seed).integers(-kinds, kinds, count), np.array([0.0, 0.25, 0.5, 0.9, 1.0])
    found = grouped_quantiles(np.repeat([0, 1], [3, count - 3]), value, 2, shares)
    assert np.allclose(found[1], np.quantile(value[3:], shares))


def test_carts() -> None:
    """add 0, order 1; times in hours, 24 hours to order; the window ends at 100."""

    def outcomes(*events: tuple[int, int, int]) -> list[int]:
        flat = Flat([[(time, what, 0) for time, what, _ in events]])
        key = np.array([cart for _, _, cart in events], np.int32)
        first, outcome = carts(flat.offsets, flat.time, flat.event, flags(0), flags(1), key, 9, 24, 100)
        assert len(first) == len(outcome)
        return outcome.tolist()

    add, order, none = 0, 1, -1
    assert outcomes((0, add, none), (24, order, none)) == [CONVERTED]
    assert outcomes((0, add, none), (25, order, none)) == [ABANDONED]
    assert outcomes((0, add, none), (20, add, none), (40, order, none)) == [CONVERTED]
    assert outcomes((0, add, none), (30, add, none), (40, order, none)) == [ABANDONED, CONVERTED]
    assert outcomes((0, add, none), (1, order, none), (2, order, none)) == [CONVERTED]
    assert outcomes((0, add, none), (1, order, none), (2, add, none)) == [CONVERTED, ABANDONED]
    assert outcomes((90, add, none)) == [STILL_OPEN]
    assert outcomes((76, add, none)) == [STILL_OPEN]
    assert outcomes((75, add, none)) == [ABANDONED]
    # By id: the first cart is ordered although the second was changed later.
    assert outcomes((0, add, 3), (1, add, 5), (2, order, 3)) == [CONVERTED, ABANDONED]
    # A cart with an id stays one cart, however long the pause.
    assert outcomes((0, add, 3), (60, add, 3), (70, order, 3)) == [CONVERTED]
    # An order that names no cart takes the one changed last.
    assert outcomes((0, add, 3), (1, add, 5), (2, order, none)) == [ABANDONED, CONVERTED]
    assert outcomes((1, order, none)) == []


def test_a_cart_belongs_to_its_customer() -> None:
    flat = Flat([[(0, 0, 0)], [(1, 1, 0)], [(2, 0, 0), (3, 1, 0)]])
    key = np.full(4, -1, np.int32)
    _, outcome = carts(flat.offsets, flat.time, flat.event, flags(0), flags(1), key, 0, 24, 100)
    assert outcome.tolist() == [ABANDONED, CONVERTED]


def test_next_after() -> None:
    flat = Flat([[(0, 0, 0), (1, 0, 0), (2, 1, 0), (3, 1, 0), (4, 0, 0)], [(0, 1, 0)]])
    assert next_after(flat.offsets, flat.event, flags(0), flags(1)).tolist() == [2, -2, -2, -2, -1, -2]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-9, 9), st.integers(0, 2)), max_size=30))
def test_tally(facts: list[tuple[int, int, int]]) -> None:
    cell = np.array([c for c, _, _ in facts], np.int64)
    part, whole = (np.array([fact[k] for fact in facts], np.float64) for k in (1, 2))
    parts, wholes, counts = tally(cell, part, whole, 3)
    for c in range(3):
        mine = cell == c
        assert (parts[c], wholes[c], counts[c]) == (part[mine].sum(), whole[mine].sum(), (whole[mine] != 0).sum())
    assert tally(cell[:0], part, whole[:0], 1)[0][0] == part.sum()
    assert tally(cell[:0], part, whole[:0], 1)[2][0] == len(facts)


def test_crossed_leaves_out_what_has_no_place() -> None:
    row, column = np.array([0, 0, 1, 9, 1], np.uint8), np.array([2, 2, -1, 0, 0], np.int32)
    assert crossed(row, column, 2, 3).tolist() == [[0, 0, 2], [1, 0, 0]]
