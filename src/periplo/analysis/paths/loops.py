"""Coming back: again at once, U-turns (A, B, A) and longer loops (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from periplo.analysis.numbers import joined, median_and_p90, seconds
from periplo.analysis.paths.nodes import Of, node_label, referred
from periplo.analysis.paths.transitions import flat
from periplo.analysis.paths.versus import Difference, Versus, inside_of, of_customers, points
from periplo.analysis.paths.visits import Visits, Walk, each_once
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.kernels.paths import returns, spread
from periplo.language import Lang, duration, number, percent, t

Kind = Literal["repeat", "u_turn", "loop"]
SHOWN = 30


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """A way back to a node. ``repeat``: more events of it at once; ``u_turn``: back after one other node, ``via``;
    ``loop``: back after two others or more.

    ``n`` times by ``customers``, their ``share`` of all customers with a visit. Times in seconds, from the last event
    of the visit that was left to the first of the one back; of a repeat from its first event to its last.
    ``difference`` is that of ``share``.
    """

    kind: Kind
    node: str
    via: str | None
    n: int
    customers: int
    share: float
    median_s: float | None
    p90_s: float | None
    ref: str
    difference: Difference | None = None


class Loops(Result, frozen=True, kw_only=True):
    """All ways back, the most frequent first."""

    customers: int
    loops: list[Loop]
    of: Of
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [flat(loop) for loop in self.loops]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("way back", lang), t("times", lang), t("customers", lang), t("of all customers", lang)]
        heads += [t("median time", lang), t("90% within", lang)]
        heads += [t("difference, points", lang)] if self.versus else []
        most = self.loops[0].n if self.loops else 1
        rows = [self._cells(loop, lang) for loop in self.loops[:SHOWN]]
        return Shown(t("Loops and U-turns", lang), heads, rows, 1, [loop.n / most for loop in self.loops[:SHOWN]])

    def _cells(self, loop: Loop, lang: Lang) -> list[str]:
        return [
            self._label(loop, lang),
            number(loop.n, lang),
            number(loop.customers, lang),
            percent(loop.share, lang),
            "" if loop.median_s is None else duration(loop.median_s, lang),
            "" if loop.p90_s is None else duration(loop.p90_s, lang),
            *([points(loop.difference, lang)] if self.versus else []),
        ]

    def _label(self, loop: Loop, lang: Lang) -> str:
        node = node_label(self.of, loop.node, lang)
        if loop.kind == "repeat":
            return t("{node}, again at once", lang, node=node)
        via = "…" if loop.via is None else node_label(self.of, loop.via, lang)
        return f"{node} → {via} → {node}"


@dataclass(frozen=True)
class LoopState:
    """``people`` and ``who`` of those asked for and all others: customers with a visit, and per cell; every way back
    with its ``cell`` and ``time`` (us)."""

    people: I64
    who: I64
    cell: I64
    time: I64


@dataclass(frozen=True)
class LoopQuestion:
    walk: Walk
    versus: Versus | None = None

    @property
    def cells(self) -> int:
        """Repeats of each node, then U-turns from each through each, then loops of each."""
        kinds = self.walk.nodes.kinds
        return kinds * (kinds + 2)

    def map(self, part: JourneyColumns) -> LoopState:
        owner, cell, time, visitors = self._facts(part)
        inside = inside_of(self.versus, part)
        base, whole = np.zeros(self.cells, np.int64), np.count_nonzero(inside[visitors])
        who = [spread(owner[side], cell[side], base, 1)[0] for side in (inside[owner], ~inside[owner])]
        return LoopState(np.array([whole, len(visitors) - whole]), np.stack(who), cell, time)

    def merge(self, left: LoopState, right: LoopState) -> LoopState:
        return LoopState(
            left.people + right.people,
            left.who + right.who,
            joined((left.cell, right.cell)),
            joined((left.time, right.time)),
        )

    def finish(self, state: LoopState) -> tuple[int, list[Loop]]:
        n = np.bincount(state.cell, minlength=self.cells)
        kept = np.flatnonzero(n)
        place = np.zeros(self.cells, np.int64)
        place[kept] = np.arange(len(kept))
        ranks = median_and_p90(place[state.cell], state.time, len(kept))
        people, who = int(state.people.sum()), state.who[:, kept]
        against: list[Difference | None] = [None] * len(kept)
        if self.versus:
            against = of_customers(who[0], int(state.people[0]), who[1], int(state.people[1]))
        loops = [
            self._loop(int(cell), int(n[cell]), int(who[:, k].sum()), people, ranks[k].tolist(), against[k])
            for k, cell in enumerate(kept)
        ]
        return people, sorted(loops, key=lambda loop: (-loop.n, loop.ref))

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``loops/all`` (customers with a visit), ``loop/repeat|loop/<node>``, ``loop/u_turn/<node>/<via>``."""
        owner, cell, _, visitors = self._facts(columns)
        if ref == "loops/all":
            return visitors
        codes = [self.walk.nodes.code(name) for name in ref.split("/")[2:]]
        kinds = self.walk.nodes.kinds
        match ref.split("/")[:2], codes:
            case ["loop", "repeat"], [int(a)]:
                wanted = a
            case ["loop", "u_turn"], [int(a), int(b)]:
                wanted = kinds + a * kinds + b
            case ["loop", "loop"], [int(a)]:
                wanted = kinds + kinds * kinds + a
            case _:
                return None
        return each_once(owner[cell == wanted])

    def _facts(self, part: JourneyColumns) -> tuple[I64, I64, I64, I64]:
        """Every way back: its customer, its cell, its time; and the customers with a visit. Together by customer."""
        seen, kinds = self.walk.visits(part), self.walk.nodes.kinds
        back = returns(seen.node, seen.begin, kinds)
        again, node = np.flatnonzero(seen.last > seen.first), seen.node.astype(np.int64)
        here = np.flatnonzero(back >= 0)
        turned = back[here] == here - 2
        cell = kinds + np.where(turned, node[here] * kinds + node[here - 1], kinds * kinds + node[here])
        where = np.concatenate((again, here))
        order = np.argsort(where, kind="stable")
        time = np.concatenate(
            (_length(part, seen, again), part.time_us[seen.first[here]] - part.time_us[seen.last[back[here]]])
        )
        owner = seen.customer[where[order]]
        return owner, np.concatenate((node[again], cell))[order], time[order], each_once(seen.owner)

    def _loop(
        self, cell: int, n: int, customers: int, people: int, times: list[float], difference: Difference | None
    ) -> Loop:
        kinds, names = self.walk.nodes.kinds, self.walk.nodes.names
        kind: Kind = "repeat" if cell < kinds else "loop" if cell >= kinds + kinds * kinds else "u_turn"
        a, b = divmod(cell - kinds, kinds) if kind == "u_turn" else (cell % kinds, None)
        via = None if b is None else names[b]
        ref = "/".join(["loop", kind, referred(names[a], ""), *([referred(via, "")] if via else [])])
        return Loop(
            kind=kind,
            node=names[a],
            via=via,
            n=n,
            customers=customers,
            share=customers / people,
            median_s=seconds(times[0]),
            p90_s=seconds(times[1]),
            ref=ref,
            difference=difference,
        )


def _length(part: JourneyColumns, seen: Visits, visits: I64) -> I64:
    """From the first event of each of these visits to its last (us)."""
    length: I64 = part.time_us[seen.last[visits]] - part.time_us[seen.first[visits]]
    return length
