"""Where paths go from here, or come from: flows from column to column that add up (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Chart, Flow, Flows, Node
from periplo.analysis.paths.alignment import AlignedState, Alignment, Paths, head_of, sizes
from periplo.analysis.paths.nodes import END, OTHER, START, Of, node_label, referred
from periplo.analysis.paths.transitions import flat
from periplo.analysis.paths.versus import Difference, differences, points
from periplo.analysis.paths.visits import each_once
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.language import Lang, number, percent, t

SHOWN = 40
HUES = 8


class SankeyNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node in a column, counted from the anchor's, which is 0. ``n`` paths go through it, ``share`` of all."""

    column: int
    name: str
    n: int
    share: float
    ref: str


class SankeyLink(msgspec.Struct, frozen=True, kw_only=True):
    """From a node in ``column`` to one in the next. Without ``target``: no further step; without ``origin``: paths
    begin here. ``share`` of all paths, ``share_out`` of those through the origin; ``difference`` is that of ``share``.
    """

    column: int
    origin: str | None
    target: str | None
    n: int
    share: float
    share_out: float | None
    ref: str
    difference: Difference | None = None


class Sankey(Result, frozen=True, kw_only=True):
    """Flows of paths. What leaves a node, with those that go no further, adds up to what came to it."""

    paths: int
    customers: int
    nodes: list[SankeyNode]
    links: list[SankeyLink]
    of: Of
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [flat(link) for link in self.links]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("step", lang), t("from", lang), t("to", lang), t("paths", lang), t("of all paths", lang)]
        heads += [t("of all from there", lang), *([t("difference, points", lang)] if self.versus else [])]
        first = sorted(self.links, key=lambda link: -link.n)[:SHOWN]
        kept = [link for link in self.links if link in first]
        rows = [self._cells(link, lang) for link in kept]
        title = t(
            "{n} {n:path|paths} of {customers} {customers:customer|customers}",
            lang,
            n=number(self.paths, lang),
            customers=number(self.customers, lang),
        )
        return Shown(title, heads, rows, 3, [link.share for link in kept])

    def charts(self, lang: Lang) -> list[Chart]:
        columns = sorted({node.column for node in self.nodes})
        hues = self._hues()
        place = {(node.column, node.name): k for k, node in enumerate(self.nodes)}
        nodes = [
            Node(
                node.column - columns[0], self._label(node.name, lang), self._said(node, lang), node.n, hues[node.name]
            )
            for node in self.nodes
        ]
        flows = [
            Flow(
                None if link.origin is None else place[link.column, link.origin],
                None if link.target is None else place[link.column + 1, link.target],
                link.n,
                " → ".join(self._ends(link, lang)) + f": {number(link.n, lang)} ({percent(link.share, lang)})",
            )
            for link in self.links
        ]
        heads = [head_of(column, lang) for column in columns]
        return [Flows(title=self.shown(lang).title, columns=heads, nodes=nodes, flows=flows)]

    def _hues(self) -> dict[str, int]:
        """A hue for each node, the same in every column; all others are grey."""
        most: dict[str, int] = {}
        for node in self.nodes:
            most[node.name] = most.get(node.name, 0) + node.n
        ranked = sorted(most, key=lambda name: (-most[name], name))
        ranked = [name for name in ranked if name != OTHER]
        return {name: k % HUES + 1 for k, name in enumerate(ranked)} | {OTHER: 0}

    def _said(self, node: SankeyNode, lang: Lang) -> str:
        return f"{number(node.n, lang)} · {percent(node.share, lang)}"

    def _cells(self, link: SankeyLink, lang: Lang) -> list[str]:
        return [
            head_of(link.column, lang),
            *self._ends(link, lang),
            number(link.n, lang),
            percent(link.share, lang),
            "" if link.share_out is None else percent(link.share_out, lang),
            *([points(link.difference, lang)] if self.versus else []),
        ]

    def _ends(self, link: SankeyLink, lang: Lang) -> tuple[str, str]:
        origin = t("start", lang) if link.origin is None else self._label(link.origin, lang)
        return origin, t("no further step", lang) if link.target is None else self._label(link.target, lang)

    def _label(self, name: str, lang: Lang) -> str:
        return node_label(self.of, name, lang)


Slots = list[list[int]]
"""Per column the codes that stand alone, the most frequent first."""


@dataclass(frozen=True)
class SankeyQuestion:
    """``top`` nodes of each column stand alone."""

    laid: Alignment
    top: int

    def map(self, part: JourneyColumns) -> AlignedState:
        return self.laid.map(part)

    def merge(self, left: AlignedState, right: AlignedState) -> AlignedState:
        return self.laid.merge(left, right)

    def finish(self, state: AlignedState) -> dict[str, Any]:
        counts = sizes(state.links)
        total, slots = int(counts[0].sum()), self._slots(counts)
        place = self._place(slots)
        return {
            "paths": total,
            "customers": state.customers,
            "nodes": [node for column in range(len(slots)) for node in self._nodes(column, slots, place, counts)],
            "links": [link for column in range(len(slots) - 1) for link in self._links(column, slots, place, state)],
        }

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``sankey/<column>/<node>`` and ``sankey/<column>/<from>/<to>``; nodes, ``other``, ``start`` and ``end``."""
        match ref.split("/"):
            case ["sankey", column, *names] if len(names) in (1, 2) and self._column(column, len(names)) is not None:
                at = self._column(column, len(names)) or 0
                slots = self._slots(sizes(self.laid.map(columns).links))
                place, paths = self._place(slots), self.laid.each(columns)
                wanted = [
                    self._slot(name, at + k, slots, edge)
                    for k, (name, edge) in enumerate(zip(names, (START, END), strict=False))
                ]
                if None in wanted or (len(names) == 1 and names[0] == START):
                    return None
                here = np.ones(len(paths.owner), np.bool_)
                for k, slot in enumerate(wanted):
                    here &= place[at + k][paths.node[:, at + k]] == slot
                return each_once(paths.owner[here])
        return None

    def _column(self, text: str, names: int) -> int | None:
        at = int(text) + self.laid.before if text.lstrip("-").isdecimal() else -1
        return at if 0 <= at < self.laid.width - (names - 1) else None

    def _slot(self, name: str, column: int, slots: Slots, edge: str) -> int | None:
        """The slot of a name in a reference: one of the column's own, "other", or the edge."""
        if name in (edge, OTHER):
            return len(slots[column]) + (name == edge)
        code = self.laid.walk.nodes.code(name)
        return slots[column].index(code) if code in slots[column] else None

    def _slots(self, counts: I64) -> Slots:
        return [self.laid.walk.nodes.ranked(row)[: self.top] for row in counts]

    def _place(self, slots: Slots) -> list[I64]:
        """Per column, code to slot; after those that stand alone come "other" and no visit."""
        places = []
        for kept in slots:
            place = np.full(self.laid.walk.nodes.kinds + 1, len(kept))
            place[kept], place[-1] = np.arange(len(kept)), len(kept) + 1
            places.append(place)
        return places

    def _names(self, kept: list[int]) -> list[str | None]:
        return [*(self.laid.walk.nodes.names[code] for code in kept), OTHER, None]

    def _nodes(self, column: int, slots: Slots, place: list[I64], counts: I64) -> list[SankeyNode]:
        n = np.bincount(place[column], counts[column], len(slots[column]) + 2).astype(np.int64)
        at, total = column - self.laid.before, int(counts[0].sum())
        return [
            SankeyNode(column=at, name=name, n=int(k), share=int(k) / total, ref=f"sankey/{at}/{referred(name, END)}")
            for name, k in zip(self._names(slots[column]), n, strict=True)
            if name is not None and k
        ]

    def _links(self, column: int, slots: Slots, place: list[I64], state: AlignedState) -> list[SankeyLink]:
        wide = len(slots[column + 1]) + 2
        cell = (place[column][:, None] * wide + place[column + 1]).ravel()
        n = np.bincount(cell, state.links[column].ravel(), (len(slots[column]) + 2) * wide).astype(np.int64)
        out, total = n.reshape(-1, wide).sum(axis=1), int(n.sum())
        against = self._differences(column, place, wide, len(n), state.paths)
        at, made = column - self.laid.before, []
        origins, targets = self._names(slots[column]), self._names(slots[column + 1])
        for k in np.flatnonzero(n).tolist():
            a, b = divmod(k, wide)
            origin, target = origins[a], targets[b]
            if origin is None and target is None:
                continue
            made.append(
                SankeyLink(
                    column=at,
                    origin=origin,
                    target=target,
                    n=int(n[k]),
                    share=int(n[k]) / total,
                    share_out=None if origin is None else float(n[k] / out[a]),
                    ref=f"sankey/{at}/{referred(origin, START)}/{referred(target, END)}",
                    difference=against[k] if against else None,
                )
            )
        return made

    def _differences(
        self, column: int, place: list[I64], wide: int, cells: int, paths: Paths | None
    ) -> list[Difference | None] | None:
        if paths is None:
            return None
        cell = place[column][paths.node[:, column]] * wide + place[column + 1][paths.node[:, column + 1]]
        return differences(paths.facts(cell), np.zeros(cells, np.int64), 1)
