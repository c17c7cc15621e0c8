"""Which node follows which: the transition matrix and directly-follows graph (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Cell, Chart, Heatmap, Row
from periplo.analysis.numbers import seconds
from periplo.analysis.paths.nodes import END, START, Of, node_label, referred
from periplo.analysis.paths.versus import Difference, Facts, Versus, differences, inside_of, points, signed
from periplo.analysis.paths.visits import Visits, Walk
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import F64, I64, JourneyColumns
from periplo.journeys.kernels.transitions import transitions
from periplo.language import Lang, duration, number, percent, t

SHOWN = 30
DRAWN = 12
"""So many nodes are drawn as a matrix."""
SHARES = (0.5, 0.9)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """From one node to the next. Without ``origin``: the start of paths; without ``target``: no further step.

    ``share_out`` of all steps from the origin, ``share_in`` of all steps to the target. Times in seconds, from the last
    event of the one to the first of the other; None at the start and the end. ``difference`` is that of ``share_out``.
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
class Timed:
    """Times (us) sorted within their cell; those of real cell c are ``times[begin[c]:begin[c + 1]]``."""

    begin: I64
    times: I64


@dataclass(frozen=True)
class TransitionState:
    """``counts`` int64[kinds + 1, kinds + 1]; the times of each part; with a group, every step by itself."""

    counts: I64
    timed: tuple[Timed, ...]
    facts: Facts | None = field(default=None)


@dataclass(frozen=True)
class TransitionQuestion:
    walk: Walk
    versus: Versus | None = None

    def map(self, part: JourneyColumns) -> TransitionState:
        kinds = self.walk.nodes.kinds
        cells = np.zeros((kinds + 1) ** 2, np.int64)
        self._count(part, cells, np.empty(0, np.int64))
        counts = cells.reshape(kinds + 1, kinds + 1)
        real = np.zeros_like(counts)
        real[:kinds, :kinds] = counts[:kinds, :kinds]
        begin = np.concatenate(([0], np.cumsum(real)))
        times = np.empty(begin[-1], np.int64)
        if len(times):
            self._count(part, begin[:-1].copy(), times)
        for first, last in zip(begin[:-1][real.ravel() > 1], begin[1:][real.ravel() > 1], strict=True):
            times[first:last].sort()
        return TransitionState(counts, (Timed(begin, times),), self._facts(part) if self.versus else None)

    def merge(self, left: TransitionState, right: TransitionState) -> TransitionState:
        facts = left.facts.beside(right.facts) if left.facts and right.facts else None
        return TransitionState(left.counts + right.counts, left.timed + right.timed, facts)

    def finish(self, state: TransitionState) -> list[Move]:
        names = (*self.walk.nodes.names, None)
        counts, width = state.counts, len(names)
        out, into = counts.sum(axis=1), counts.sum(axis=0)
        cells = [divmod(int(cell), width) for cell in np.flatnonzero(counts)]
        order = sorted(cells, key=lambda cell: (-int(counts[cell]), *(names[code] or "" for code in cell)))
        against = self._differences(state)
        moves = []
        for a, b in order:
            times = _quantiles(state.timed, a * width + b)
            moves.append(
                Move(
                    origin=names[a],
                    target=names[b],
                    n=int(counts[a, b]),
                    share_out=float(counts[a, b] / out[a]),
                    share_in=float(counts[a, b] / into[b]),
                    median_s=seconds(times[0]),
                    p90_s=seconds(times[1]),
                    ref=f"transition/{referred(names[a], START)}/{referred(names[b], END)}",
                    difference=against[a * width + b] if against else None,
                )
            )
        return moves

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``transition/<from>/<to>``: each a node, or ``start`` and ``end``."""
        match ref.split("/"):
            case ["transition", origin, target]:
                a, b = self._code(origin, START), self._code(target, END)
                if a is not None and b is not None:
                    facts = self._facts(columns)
                    return np.unique(facts.owner[facts.cell == a * (self.walk.nodes.kinds + 1) + b])
        return None

    def _code(self, ref: str, edge: str) -> int | None:
        return self.walk.nodes.kinds if ref == edge else self.walk.nodes.code(ref)

    def _count(self, part: JourneyColumns, cells: I64, times: I64) -> None:
        events = part.offsets, part.time_us, part.person, part.event, part.channel
        nodes = self.walk.nodes
        transitions(*events, nodes.table, nodes.kinds, self.walk.collapse, self.walk.gap_us, cells, times)

    def _facts(self, part: JourneyColumns) -> Facts:
        """Every step with its customer, in order: into each visit, and out of the last of a stretch."""
        seen, kinds = self.walk.visits(part), self.walk.nodes.kinds
        return Facts(*_steps(seen, kinds), inside_of(self.versus, part))

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


def _quantiles(timed: tuple[Timed, ...], cell: int) -> F64:
    """Median and ninth decile (us), linear between neighbours as numpy's; NaN where there are no times."""
    pieces = [each.times[each.begin[cell] : each.begin[cell + 1]] for each in timed]
    filled = [piece for piece in pieces if len(piece)]
    if not filled:
        return np.full(2, np.nan)
    times = filled[0] if len(filled) == 1 else np.concatenate(filled)
    if len(filled) > 1:
        times.sort(kind="stable")
    exact = np.array(SHARES) * (len(times) - 1)
    place = exact.astype(np.int64)
    low, high = times[place], times[np.minimum(place + 1, len(times) - 1)]
    return np.asarray(low + (exact - place) * (high - low), np.float64)
