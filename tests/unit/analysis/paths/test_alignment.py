"""Sankey and step matrix against cutting and counting paths by hand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given
from periplo.analysis import Journeys
from periplo.errors import BadPredicate, UnknownName, UsageError
from support_paths import MINUTE, PHONE, cut, happenings, indices, journeys, on_phone, stretches

OPTIONS = st.fixed_dictionaries(
    {
        "of": st.sampled_from(["event", "touchpoint"]),
        "collapse": st.booleans(),
        "gap": st.sampled_from(["30min", "never"]),
        "within": st.sampled_from([None, None, "20min", "5h"]),
        "top": st.integers(1, 4),
    }
)
MODES = st.sampled_from(
    [
        {},
        {"start": "Product Viewed"},
        {"end": "Order Completed"},
        {"start": "Product Viewed", "end": "Order Completed"},
        {"anchor": "Product Added"},
    ]
)
LENGTH = {"30min": 30 * MINUTE, "never": np.inf, None: None, "20min": 20 * MINUTE, "5h": 300 * MINUTE}


def by_hand(happened, mode: dict, options: dict, before: int, after: int) -> list[tuple[int, list[str | None]]]:
    """Each path as the nodes in its columns, with its customer."""
    anchor = mode.get("anchor") or mode.get("start") or mode.get("end")
    end = mode.get("end") if "start" in mode else None
    gap = np.inf if options["within"] else LENGTH[options["gap"]]
    paths = stretches(happened, options["of"], options["collapse"], gap)
    backward = "end" in mode and "start" not in mode
    return [
        (who, [path[at + k].node if 0 <= at + k < len(path) else None for k in range(-before, after + 1)])
        for who, path, at in cut(paths, anchor, end, backward, LENGTH[options["within"]])
    ]


def kept(column: list[str | None], top: int) -> set[str]:
    counts = Counter(name for name in column if name is not None)
    return set(sorted(counts, key=lambda name: (-counts[name], name))[:top])


def pooled(name: str | None, alone: set[str]) -> str | None:
    return name if name is None or name in alone else "other"


@settings(max_examples=120)
@for_all(happenings, MODES, OPTIONS, st.integers(1, 4))
def test_sankey_equals_cutting_by_hand(happened, mode, options, steps: int) -> None:
    whole = journeys(happened)
    found = whole.sankey(**mode, **options, steps=steps)
    backward = "end" in mode and "start" not in mode
    before = steps if "anchor" in mode or backward else 0
    after = 0 if backward else steps
    paths = by_hand(happened, mode, options, before, after)
    columns = [kept([path[k] for _, path in paths], options["top"]) for k in range(before + after + 1)]
    seen = [[pooled(name, columns[k]) for k, name in enumerate(path)] for _, path in paths]
    assert (found.paths, found.customers) == (len(paths), len({who for who, _ in paths}))
    nodes = Counter((k - before, name) for path in seen for k, name in enumerate(path) if name)
    links = Counter((k - before, *pair) for path in seen for k, pair in enumerate(pairwise(path)))
    assert {(node.column, node.name): node.n for node in found.nodes} == nodes
    assert {(link.column, link.origin, link.target): link.n for link in found.links} == {
        key: n for key, n in links.items() if key[1:] != (None, None)
    }
    for node in found.nodes:
        here = [who for (who, _), path in zip(paths, seen, strict=True) if path[node.column + before] == node.name]
        assert found.behind(node.ref).tolist() == indices(whole, here)
    for link in found.links[:6]:
        at = link.column + before
        went = [
            who for (who, _), p in zip(paths, seen, strict=True) if (p[at], p[at + 1]) == (link.origin, link.target)
        ]
        assert found.behind(link.ref).tolist() == indices(whole, went)


@settings(max_examples=40)
@for_all(happenings, MODES, OPTIONS)
def test_columns_add_up(happened, mode, options) -> None:
    found = journeys(happened).sankey(**mode, **options)
    columns = sorted({node.column for node in found.nodes})
    for node in found.nodes:
        out = [link for link in found.links if (link.column, link.origin) == (node.column, node.name)]
        into = [link for link in found.links if (link.column + 1, link.target) == (node.column, node.name)]
        if node.column < columns[-1]:
            assert sum(link.n for link in out) == node.n
            assert sum(link.share_out for link in out) == pytest.approx(1)
        if node.column > columns[0]:
            assert sum(link.n for link in into) == node.n
    for column in columns:
        inside = sum(node.n for node in found.nodes if node.column == column)
        over = sum(link.n for link in found.links if link.target is None and link.column < column)
        not_begun = sum(link.n for link in found.links if link.origin is None and link.column >= column)
        assert inside + over + not_begun == found.paths


@settings(max_examples=60)
@for_all(happenings, st.sampled_from([{}, {"anchor": "Product Added"}]), OPTIONS)
def test_step_matrix_equals_counting_by_hand(happened, mode, options) -> None:
    whole = journeys(happened)
    found = whole.step_matrix(**mode, **options, before=2, after=3)
    before = 2 if mode else 0
    paths = by_hand(happened, mode, options, before, 3)
    alone = kept([name for _, path in paths for name in path], options["top"])
    cells = Counter((k - before, pooled(name, alone)) for _, path in paths for k, name in enumerate(path))
    assert {(cell.column, cell.name): cell.n for cell in found.cells} == cells
    for column in found.columns if paths else ():
        assert sum(cell.share for cell in found.cells if cell.column == column) == pytest.approx(1)
    for cell in found.cells:
        here = [who for who, path in paths if pooled(path[cell.column + before], alone) == cell.name]
        assert found.behind(cell.ref).tolist() == indices(whole, here)


@settings(max_examples=30)
@for_all(happenings, st.randoms(use_true_random=False), st.integers(2, 6), MODES)
def test_neither_order_nor_threads_matter(happened, random, threads: int, mode) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    one, many = (journeys(each, n) for each, n in ((happened, 1), (shuffled, threads)))
    asked = [each.sankey(**mode, top=2, versus=PHONE) for each in (one, many)]
    assert sorted(asked[0].links, key=str) == sorted(asked[1].links, key=str)
    assert sorted(asked[0].nodes, key=str) == sorted(asked[1].nodes, key=str)
    matrices = [each.step_matrix(anchor="Product Added", top=2, versus=PHONE) for each in (one, many)]
    assert sorted(matrices[0].cells, key=str) == sorted(matrices[1].cells, key=str)


@settings(max_examples=30)
@for_all(happenings)
def test_groups_are_counted_apart(happened) -> None:
    whole = journeys(happened)
    found = whole.sankey(of="event", top=2, versus=PHONE)
    paths = by_hand(happened, {}, {"of": "event", "collapse": True, "gap": "30min", "within": None}, 0, 5)
    size = {side: sum(on_phone(who) == side for who, _ in paths) for side in (True, False)}
    for link in found.links:
        if not all(size.values()):
            assert link.difference is None
            continue
        told = link.difference
        assert told.n + told.n_others == link.n
        assert (told.share, told.others) == (told.n / size[True], told.n_others / size[False])
        who = whole.columns.customer[found.behind(link.ref)].tolist()
        assert (told.n > 0) == any(on_phone(each) for each in who)


def test_the_window_stands_for_the_gap() -> None:
    whole = Journeys(given("A0 B60 C7200 A7300 B9000 A20000"))
    nodes = [(n.column, n.name, n.n) for n in whole.sankey(start="A", of="event", within="2h", steps=2).nodes]
    assert nodes == [(0, "A", 3), (1, "B", 2), (2, "C", 1)]
    around = whole.sankey(anchor="C", of="event", within="2h", steps=1)
    assert [(n.column, n.name) for n in around.nodes] == [(-1, "B"), (0, "C"), (1, "A")]


def test_misuse_is_told_and_nothing_is_an_answer() -> None:
    whole = Journeys(given("A0 B1", names={"A": "Email Delivered"}))
    for wrong in ({"steps": 40}, {"steps": 0}, {"top": 0}, {"anchor": "B", "start": "B"}):
        with pytest.raises(UsageError):
            whole.sankey(**wrong)
    with pytest.raises(UsageError, match="of=event"):
        whole.sankey(start="Email Delivered")
    assert whole.sankey(start="Email Delivered", of="event").paths == 1
    with pytest.raises(UnknownName):
        whole.sankey(start="Emial Delivered")
    with pytest.raises(BadPredicate):
        whole.sankey(within="0d")
    with pytest.raises(UsageError):
        whole.step_matrix(anchor="B", before=21)
    empty = Journeys(given())
    for asked in (empty.sankey(), empty.step_matrix(), empty.sankey(versus={"event": "*"})):
        assert asked.rows() == []
        assert asked.paths == 0
        assert asked.chart("es", "dark").startswith("<svg")
    found = whole.sankey(of="event")
    for ref in ("sankey/9/B", "sankey/x/B", "sankey/0/start", "sankey/0/Nothing", "sankey/5/B/B", "sankey", "step/0/B"):
        with pytest.raises(UnknownName):
            found.behind(ref)
    with pytest.raises(UnknownName):
        whole.step_matrix(of="event").behind("step/99/B")


def test_definitions_name_events_in_the_reader_s_language() -> None:
    asked = Journeys(given("V0 O9", names={"V": "Product Viewed", "O": "Order Completed"}))
    viewed, ordered = "Product Viewed", "Order Completed"
    for result in (
        asked.sankey(start=viewed, end=ordered),
        asked.sankey(end=ordered, versus=viewed),
        asked.step_matrix(anchor=ordered),
        asked.top_paths(goal=ordered),
    ):
        spanish, english = result.explain("es"), result.explain("en")
        assert ("Pedido completado" in spanish, ordered in spanish, viewed in spanish) == (True, False, False)
        assert ordered in english
