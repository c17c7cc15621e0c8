"""Which node follows which: the transition matrix and directly-follows graph (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Cell, Chart, Heatmap, Row
from periplo.analysis.numbers import seconds
from periplo.analysis.paths.nodes import END, START, Of, node_label, referred
from periplo.analysis.paths.times import TimeQuestion, worth_counting
from periplo.analysis.paths.versus import Difference, Facts, Versus, differences, inside_of, points, signed
from periplo.analysis.paths.visits import Visits, Walk, each_once
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import F64, I64, U32, JourneyColumns
from periplo.journeys.kernels.transitions import BUCKETS, transitions
from periplo.language import Lang, duration, number, percent, t

SHOWN = 30
DRAWN = 12
"""So many nodes are drawn as a matrix."""


class Move(msgspec.Struct, frozen=True, gc=False):
    """From one node to the next. Without ``origin``: the start of paths; without ``target``: no further step.

    ``share_out`` of all steps from the origin, ``share_in`` of all steps to the target. Times in seconds, from the last
    event of the one to the first of the other; None at the start, at the end, and where they were not asked for.
    ``difference`` is that of ``share_out``.
    """

    origin: str | None
    target: str | None
    n: int
    share_out: float
    share_in: float
    median_s: float | None
    p90_s: float | None
    ref: str
    difference: Difference | None = None


class Transitions(Result, frozen=True, kw_only=True):
    """All moves, the most frequent first. What leaves a node adds up to what came to it."""

    moves: list[Move]
    of: Of
    collapsed: bool
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [flat(move) for move in self.moves]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("from", lang), t("to", lang), t("times", lang), t("of all from there", lang)]
        heads += [t("of all to there", lang), t("median time", lang), t("90% within", lang)]
        heads += [t("difference, points", lang)] if self.versus else []
        most = self.moves[0].n if self.moves else 1
        rows = [self._cells(move, lang) for move in self.moves[:SHOWN]]
        return Shown(t("Transitions", lang), heads, rows, 2, [move.n / most for move in self.moves[:SHOWN]])

    def charts(self, lang: Lang) -> list[Chart]:
        """The matrix of the most frequent nodes: the share of each step of all that leave there."""
        sizes: dict[str, int] = {}
        for move in self.moves:
            if move.origin is not None:
                sizes[move.origin] = sizes.get(move.origin, 0) + move.n
        kept = sorted(sizes, key=lambda name: (-sizes[name], name))[:DRAWN]
        found = {(move.origin, move.target): move for move in self.moves}
        columns: list[str | None] = [*kept, None]
        rows = [
            Row(self._label(origin, lang), [self._cell(found.get((origin, target)), lang) for target in columns])
            for origin in (None, *kept)
        ]
        heads = [self._label(name, lang, END) for name in columns]
        title = t("Difference of shares, points", lang) if self.versus else t("Of all steps from there, %", lang)
        return [Heatmap(title=f"{t('Transitions', lang)}: {title}", columns=heads, rows=rows, head=t("from", lang))]

    def _cell(self, move: Move | None, lang: Lang) -> Cell:
        if move is None or (self.versus and move.difference is None):
            return Cell()
        ends = f"{self._label(move.origin, lang)} → {self._label(move.target, lang, END)}"
        if move.difference:
            share = move.difference.difference
            return Cell(share, signed(share, lang), f"{ends}: {points(move.difference, lang)}")
        tip = f"{ends}: {number(move.n, lang)} ({percent(move.share_out, lang)})"
        return Cell(move.share_out, number(move.share_out * 100, lang, 1), tip)

    def _cells(self, move: Move, lang: Lang) -> list[str]:
        return [
            self._label(move.origin, lang),
            self._label(move.target, lang, END),
            number(move.n, lang),
            percent(move.share_out, lang),
            percent(move.share_in, lang),
            "" if move.median_s is None else duration(move.median_s, lang),
            "" if move.p90_s is None else duration(move.p90_s, lang),
            *([points(move.difference, lang)] if self.versus else []),
        ]

    def _label(self, name: str | None, lang: Lang, edge: str = START) -> str:
        if name is None:
            return t("start", lang) if edge == START else t("no further step", lang)
        return node_label(self.of, name, lang)


def flat(row: Any) -> dict[str, Any]:
    """A struct as one plain row, its difference in columns of its own."""
    plain = msgspec.structs.asdict(row)
    difference: Difference | None = plain.pop("difference")
    ready = dict.fromkeys(("difference", "low", "high"))
    return plain | (ready if difference is None else {key: getattr(difference, key) for key in ready})


@dataclass(frozen=True)
class TransitionState:
    """``counts`` int64[kinds + 1, kinds + 1]; how the times of each cell spread, [cells, BUCKETS], where that was
    counted in all parts; with a group, every step by itself."""

    counts: I64
    spread: I64 | U32 | None
    facts: Facts | None


@dataclass(frozen=True)
class TransitionQuestion:
    walk: Walk
    times: bool
    versus: Versus | None = None

    def map(self, part: JourneyColumns) -> TransitionState:
        width = self.walk.nodes.kinds + 1
        counts = np.zeros(width**2, np.int64)
        counted = self.times and worth_counting(len(counts), part.events)
        spread = np.zeros(len(counts) * BUCKETS if counted else 0, np.uint32)
        transitions(*self.walk.given(part), counts, spread)
        facts = self._facts(part) if self.versus else None
        by_cell = spread.reshape(-1, BUCKETS) if counted else None
        return TransitionState(counts.reshape(width, width), by_cell, facts)

    def merge(self, left: TransitionState, right: TransitionState) -> TransitionState:
        spread = None
        if left.spread is not None and right.spread is not None:
            spread = np.add(left.spread, right.spread, dtype=np.int64)
        facts = left.facts.beside(right.facts) if left.facts and right.facts else None
        return TransitionState(left.counts + right.counts, spread, facts)

    def finish(self, state: TransitionState) -> TransitionState:
        return state

    def timed(self, state: TransitionState) -> TimeQuestion:
        """The question how long each step took."""
        if state.spread is not None:
            return TimeQuestion.some(self.walk, state.spread.astype(np.int64, copy=False))
        real = state.counts.copy()
        real[-1], real[:, -1] = 0, 0
        return TimeQuestion.all(self.walk, real.ravel())

    def moves(self, state: TransitionState, times: F64 | None) -> list[Move]:
        """All moves; ``times`` float64[cells, 2] the median and ninth decile of each (us)."""
        names = (*self.walk.nodes.names, None)
        counts, width = state.counts.ravel(), len(names)
        kept = np.flatnonzero(counts)
        origin, target = np.divmod(kept, width)
        # Equal numbers stand by name, so that no order of input matters; the edge comes first.
        rank = np.argsort(np.argsort([name or "" for name in names]))
        order = np.lexsort((rank[target], rank[origin], -counts[kept]))
        kept, origin, target = kept[order], origin[order], target[order]
        out, into = state.counts.sum(axis=1), state.counts.sum(axis=0)
        against = self._differences(state)
        ranks = [repeat(None)] * 2 if times is None else [map(seconds, each.tolist()) for each in times[kept].T]
        return list(
            map(
                Move,
                map(names.__getitem__, origin.tolist()),
                map(names.__getitem__, target.tolist()),
                counts[kept].tolist(),
                (counts[kept] / out[origin]).tolist(),
                (counts[kept] / into[target]).tolist(),
                *ranks,
                self._refs(names, origin, target),
                [against[cell] for cell in kept.tolist()] if against else repeat(None),
            )
        )

    def _refs(self, names: Sequence[str | None], origin: I64, target: I64) -> Iterable[str]:
        starts = [f"transition/{referred(name, START)}/" for name in names]
        ends = [referred(name, END) for name in names]
        return map(add, map(starts.__getitem__, origin.tolist()), map(ends.__getitem__, target.tolist()))

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``transition/<from>/<to>``: each a node, or ``start`` and ``end``."""
        match ref.split("/"):
            case ["transition", origin, target]:
                a, b = self._code(origin, START), self._code(target, END)
                if a is not None and b is not None:
                    facts = self._facts(columns)
                    return each_once(facts.owner[facts.cell == a * (self.walk.nodes.kinds + 1) + b])
        return None

    def _code(self, ref: str, edge: str) -> int | None:
        return self.walk.nodes.kinds if ref == edge else self.walk.nodes.code(ref)

    def _facts(self, part: JourneyColumns) -> Facts:
        """Every step with its customer, in order: into each visit, and out of the last of a stretch."""
        seen = self.walk.visits(part, placed=False)
        return Facts(*_steps(seen, self.walk.nodes.kinds), inside_of(self.versus, part))

    def _differences(self, state: TransitionState) -> list[Difference | None] | None:
        if state.facts is None:
            return None
        width = self.walk.nodes.kinds + 1
        return differences(state.facts, np.repeat(np.arange(width), width), width)


def _steps(seen: Visits, kinds: int) -> tuple[I64, I64]:
    """The customer and the cell of each step: a path of n visits has n + 1, the last one to nowhere."""
    node, width = seen.node.astype(np.int64), kinds + 1
    before = np.concatenate(([kinds], node[:-1])) if len(node) else node
    before[seen.begin[:-1]] = kinds
    into = before * width + node
    ends = seen.begin[1:]
    cell = np.insert(into, ends, node[ends - 1] * width + kinds)
    return np.repeat(seen.owner, np.diff(seen.begin) + 1), cell
