"""Whole paths and loops against walking them by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given
from periplo.analysis import Journeys
from periplo.errors import UnknownName, UsageError
from periplo.vocabulary import taxonomy
from support_paths import MINUTE, PHONE, happenings, indices, journeys, node_of, on_phone, persons, stretches

ORDER = "Order Completed"
BEFORE_PURCHASE = {"awareness", "consideration", "purchase"}


def cycles(happened) -> list[tuple[int, list]]:
    """Each cycle's contacts: once ordered, the next pre-purchase event or order begins a new one."""
    words, found = taxonomy().events, []
    for who, events in persons(happened).items():
        ordered, now = True, None
        for event in events:
            kind = words.get(event[1])
            if kind is not None and not kind.touch:
                continue
            leads = event[1] == ORDER or (kind is not None and kind.stage in BEFORE_PURCHASE)
            if now is None or (ordered and leads):
                now, ordered = [], False
                found.append((who, now))
            now.append(event)
            ordered |= event[1] == ORDER
    return found


def units(happened, of: str, per: str) -> list[tuple[int, list]]:
    """The events of each path that are nodes, with its customer."""
    if per == "cycle":
        return [(who, events) for who, events in cycles(happened) if any(map(node_of(of), events))]
    gap = 30 * MINUTE if per == "session" else np.inf
    return [(who, [e for visit in path for e in visit.events]) for who, path in stretches(happened, of, False, gap)]


def walked(events: list, of: str, collapse: bool) -> tuple[str, ...]:
    nodes: list[str] = []
    for event in events:
        if event[1] == ORDER:
            break
        name = node_of(of)(event)
        if not (collapse and nodes and nodes[-1] == name):
            nodes.append(name)
    return tuple(nodes)


@settings(max_examples=80)
@for_all(
    happenings,
    st.sampled_from([("event", "session"), ("touchpoint", "session"), ("touchpoint", "cycle"), ("event", "journey")]),
    st.booleans(),
    st.integers(1, 5),
)
def test_top_paths_equal_walking_by_hand(happened, kind: tuple[str, str], collapse: bool, top: int) -> None:
    of, per = kind
    whole = journeys(happened)
    found = whole.top_paths(of=of, per=per, collapse=collapse, top=top)
    n, converted, owners = Counter(), Counter(), defaultdict(set)
    value = defaultdict(Counter)
    for who, events in units(happened, of, per):
        path = walked(events, of, collapse)
        orders = sum(event[1] == ORDER for event in events)
        n[path] += 1
        converted[path] += orders > 0
        owners[path].add(who)
        value[path]["EUR" if who % 2 else "USD"] += orders * (100 * who + 7)
    ranked = sorted(n, key=lambda path: (-n[path], path))
    assert (found.paths, found.converted) == (n.total(), converted.total())
    assert [path.nodes and tuple(path.nodes) for path in found.top if path.nodes is not None] == [
        path or [] for path in ranked[:top]
    ]
    groups = [[path] for path in ranked[:top]] + ([ranked[top:]] if ranked[top:] else [])
    for row, members in zip(found.top, groups, strict=True):
        assert (row.n, row.converted) == (sum(n[p] for p in members), sum(converted[p] for p in members))
        assert (row.share, row.conversion) == (row.n / found.paths, row.converted / row.n)
        money = Counter()
        for path in members:
            money.update(value[path])
        assert {each.currency: each.minor for each in row.value} == {c: k for c, k in money.items() if k}
        assert found.behind(row.ref).tolist() == indices(whole, {who for p in members for who in owners[p]})
        assert set(found.behind(f"{row.ref}/converted")) <= set(found.behind(row.ref))


@settings(max_examples=60)
@for_all(happenings, st.sampled_from(["event", "touchpoint"]), st.sampled_from(["30min", "never"]))
def test_loops_equal_looking_back_by_hand(happened, of: str, gap: str) -> None:
    whole = journeys(happened)
    found = whole.loops(of=of, gap=gap)
    times, owners, visitors = defaultdict(list), defaultdict(set), set()
    for who, path in stretches(happened, of, True, 30 * MINUTE if gap == "30min" else np.inf):
        visitors.add(who)
        for at, visit in enumerate(path):
            ways = [("repeat", None, visit.until - visit.since)] if len(visit.events) > 1 else []
            back = next((k for k in range(at - 1, -1, -1) if path[k].node == visit.node), None)
            if back is not None:
                kind, via = ("u_turn", path[at - 1].node) if back == at - 2 else ("loop", None)
                ways.append((kind, via, visit.since - path[back].until))
            for kind, via, time in ways:
                times[kind, visit.node, via].append(time)
                owners[kind, visit.node, via].add(who)
    assert {(loop.kind, loop.node, loop.via): loop.n for loop in found.loops} == {k: len(v) for k, v in times.items()}
    assert found.customers == len(visitors)
    assert found.behind("loops/all").tolist() == indices(whole, visitors)
    for loop in found.loops:
        key = (loop.kind, loop.node, loop.via)
        assert (loop.median_s, loop.p90_s) == pytest.approx(tuple(np.quantile(times[key], [0.5, 0.9])))
        assert (loop.customers, loop.share) == (len(owners[key]), len(owners[key]) / len(visitors))
        assert found.behind(loop.ref).tolist() == indices(whole, owners[key])


@settings(max_examples=30)
@for_all(happenings, st.randoms(use_true_random=False), st.integers(2, 6))
def test_neither_order_nor_threads_matter(happened, random, threads: int) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    one, many = (journeys(each, n) for each, n in ((happened, 1), (shuffled, threads)))
    for per in ("session", "cycle", "journey"):
        asked = [each.top_paths(per=per, top=3, versus=PHONE) for each in (one, many)]
        rows = [[(p.nodes, p.n, p.converted, sorted(map(str, p.value)), p.difference) for p in a.top] for a in asked]
        assert rows[0] == rows[1]
    assert one.loops(versus=PHONE).loops == many.loops(versus=PHONE).loops


@settings(max_examples=20)
@for_all(happenings)
def test_groups_are_counted_apart(happened) -> None:
    whole = journeys(happened)
    for row in whole.top_paths(of="event", top=2, versus=PHONE).top:
        if row.difference:
            assert row.difference.n + row.difference.n_others == row.n
    found = whole.loops(of="event", versus=PHONE)
    for loop in found.loops:
        who = whole.columns.customer[found.behind(loop.ref)].tolist()
        if loop.difference:
            assert loop.difference.n == sum(map(on_phone, who))
            assert loop.difference.n_others == len(who) - loop.difference.n


def test_a_goal_at_once_is_a_path_of_its_own() -> None:
    whole = Journeys(given("C0 A1", "A0 A1 C2 B3 C4", "A0"))
    found = whole.top_paths(goal="C", of="event")
    assert [(path.nodes, path.n, path.converted) for path in found.top] == [(["A"], 2, 1), ([], 1, 1)]
    assert "straight to the goal" in found.shown("en").rows[1]


def test_misuse_is_told_and_nothing_is_an_answer() -> None:
    whole = Journeys(given("A0 B1"))
    with pytest.raises(UnknownName, match="session"):
        whole.top_paths(per="sesion")
    with pytest.raises(UnknownName):
        whole.top_paths(goal="Bought")
    with pytest.raises(UsageError):
        whole.top_paths(top=0)
    with pytest.raises(UsageError):
        whole.top_paths(top=10_000)
    empty = Journeys(given())
    for asked in (*(empty.top_paths(per=per) for per in ("session", "cycle", "journey")), empty.loops()):
        assert asked.rows() == []
        assert asked.chart("es").startswith("<svg")
    for ref in ("path/9", "path/x", "path/1/nothing", "path", "loop/u_turn/A", "loop/repeat/Nothing", "loop/x/A"):
        with pytest.raises(UnknownName):
            whole.top_paths(of="event").behind(ref)
        with pytest.raises(UnknownName):
            whole.loops(of="event").behind(ref)
