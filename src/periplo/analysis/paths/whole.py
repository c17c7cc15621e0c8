"""Whole paths: which are walked most, and which of them lead to the goal, with its money (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from periplo.analysis.charts import Bar, Bars, Chart
from periplo.analysis.condition import Condition
from periplo.analysis.facts import Facts as Read
from periplo.analysis.paths.nodes import OTHER, Nodes, Of, node_label
from periplo.analysis.paths.transitions import flat
from periplo.analysis.paths.versus import Difference, Facts, Versus, differences, inside_of, points
from periplo.analysis.paths.visits import NO_GAP, Visits, Walk, each_once
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import I32, I64, Bool, JourneyColumns
from periplo.journeys.kernels.paths_same import same_paths
from periplo.language import Lang, money, number, percent, t
from periplo.vocabulary import Taxonomy

Per = Literal["session", "cycle", "journey"]
ARROW = " → "


class Value(msgspec.Struct, frozen=True):
    """Money in minor units of a currency; "" where none is known."""

    currency: str
    minor: int


class WholePath(msgspec.Struct, frozen=True, kw_only=True):
    """A path up to the goal, or whole where the goal was not reached. ``nodes`` None: all other paths together.

    ``n`` paths, ``share`` of all; ``converted`` of them reached the goal, ``conversion`` is their share; ``value`` is
    the money of the goals in them. ``difference`` is that of ``share``.
    """

    nodes: list[str] | None
    n: int
    share: float
    converted: int
    conversion: float
    value: list[Value]
    ref: str
    difference: Difference | None = None


class TopPaths(Result, frozen=True, kw_only=True):
    """The most frequent paths and all others; they add up to all ``paths``."""

    paths: int
    converted: int
    top: list[WholePath]
    of: Of
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [self._row(path) for path in self.top]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("path", lang), t("paths", lang), t("of all paths", lang), t("reached the goal", lang)]
        heads += [t("conversion", lang), t("value", lang)]
        heads += [t("difference, points", lang)] if self.versus else []
        rows = [self._cells(path, lang) for path in self.top]
        n, converted = number(self.paths, lang), number(self.converted, lang)
        title = t("{n} {n:path|paths}, {converted} reached the goal", lang, n=n, converted=converted)
        return Shown(title, heads, rows, 1, [path.share for path in self.top])

    def charts(self, lang: Lang) -> list[Chart]:
        """A bar per path, with how many were walked and how many of them reached the goal."""
        bars = [
            Bar(self._label(path, lang), _told(path, lang), path.share, quiet=path.nodes is None) for path in self.top
        ]
        return [Bars(title=self.shown(lang).title, bars=bars)]

    def _row(self, path: WholePath) -> dict[str, Any]:
        plain = flat(path)
        said = ARROW.join(path.nodes) if path.nodes is not None else OTHER
        return plain | {"nodes": said, "value": {each.currency: each.minor for each in path.value}}

    def _cells(self, path: WholePath, lang: Lang) -> list[str]:
        values = (
            money(value.minor, value.currency, lang) if value.currency else number(value.minor, lang)
            for value in path.value
        )
        return [
            self._label(path, lang),
            number(path.n, lang),
            percent(path.share, lang),
            number(path.converted, lang),
            percent(path.conversion, lang),
            ", ".join(values),
            *([points(path.difference, lang)] if self.versus else []),
        ]

    def _label(self, path: WholePath, lang: Lang) -> str:
        if path.nodes is None:
            return t("all other paths", lang)
        if not path.nodes:
            return t("straight to the goal", lang)
        return ARROW.join(node_label(self.of, name, lang) for name in path.nodes)


def _told(path: WholePath, lang: Lang) -> str:
    conversion = t("{share} reached the goal", lang, share=percent(path.conversion, lang))
    return f"{number(path.n, lang)} · {conversion}"


class Units(NamedTuple):
    """Per path its ``owner``, the visits ``begin:end`` of ``node`` before the goal, and whether it was reached; per
    goal event its ``row`` and ``path``."""

    owner: I64
    node: I32
    begin: I64
    end: I64
    converted: Bool
    goal_row: I64
    goal_path: I64


@dataclass(frozen=True)
class WholeState:
    """Different paths (``node[begin:end]``) with how often they were walked and reached the goal, and their money per
    currency; with a group, every path by itself."""

    node: I32
    begin: I64
    end: I64
    n: I64
    converted: I64
    value: I64
    facts: Facts | None


@dataclass(frozen=True)
class TopPathsQuestion:
    nodes: Nodes
    goal: Condition
    per: Per
    gap_us: int
    collapse: bool
    top: int
    taxonomy: Taxonomy
    currencies: tuple[str, ...]
    default_currency: int
    versus: Versus | None = None

    def map(self, part: JourneyColumns) -> WholeState:
        read = self._read(part)
        units = self._units(part, read)
        group, first = same_paths(units.node, units.begin, units.end)
        paid, value = read.money(units.goal_row), np.zeros((len(first), len(self.currencies)), np.int64)
        np.add.at(value, (group[units.goal_path], paid.currency), paid.minor)
        return WholeState(
            *_packed(units.node, units.begin[first], units.end[first]),
            np.bincount(group, minlength=len(first)),
            np.bincount(group[units.converted], minlength=len(first)),
            value,
            Facts(units.owner, group, inside_of(self.versus, part)) if self.versus else None,
        )

    def merge(self, left: WholeState, right: WholeState) -> WholeState:
        shift, known = len(left.node), len(left.n)
        node = np.concatenate((left.node, right.node))
        begin, end = (np.concatenate((a, b + shift)) for a, b in ((left.begin, right.begin), (left.end, right.end)))
        group, first = same_paths(node, begin, end)

        def summed(a: I64, b: I64) -> I64:
            total = np.zeros((len(first), *a.shape[1:]), np.int64)
            np.add.at(total, group, np.concatenate((a, b)))
            return total

        facts = None
        if left.facts and right.facts:
            facts = left.facts.in_cells(group[:known]).beside(right.facts.in_cells(group[known:]))
        return WholeState(
            *_packed(node, begin[first], end[first]),
            summed(left.n, right.n),
            summed(left.converted, right.converted),
            summed(left.value, right.value),
            facts,
        )

    def finish(self, state: WholeState) -> dict[str, Any]:
        kept = self._kept(state)
        rest = np.ones(len(state.n), np.bool_)
        rest[kept] = False
        groups = [np.array([k]) for k in kept] + ([np.flatnonzero(rest)] if rest.any() else [])
        against = self._differences(state, kept) or [None] * (len(kept) + 1)
        top = [self._path(state, members, rank, kept, against[rank]) for rank, members in enumerate(groups)]
        return {"paths": int(state.n.sum()), "converted": int(state.converted.sum()), "top": top}

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``path/<rank, from 1>`` or ``path/other``, and ``/converted``."""
        match ref.split("/"):
            case ["path", rank, *what] if what in ([], ["converted"]):
                state, units = self.map(columns), self._units(columns, self._read(columns))
                kept = self._kept(state)
                group, _ = same_paths(units.node, units.begin, units.end)
                if rank == OTHER:
                    here = ~np.isin(group, kept)
                elif rank.isdecimal() and 1 <= int(rank) <= len(kept):
                    here = group == kept[int(rank) - 1]
                else:
                    return None
                return each_once(units.owner[here & units.converted if what else here])
        return None

    def _kept(self, state: WholeState) -> list[int]:
        """The most frequent paths; equal ones by their names."""
        least = np.sort(state.n)[-self.top] if len(state.n) > self.top else 0
        near = np.flatnonzero(state.n >= least).tolist()
        return sorted(near, key=lambda k: (-int(state.n[k]), self._names(state, k)))[: self.top]

    def _names(self, state: WholeState, k: int) -> list[str]:
        return [self.nodes.names[code] for code in state.node[state.begin[k] : state.end[k]]]

    def _path(
        self, state: WholeState, members: I64, rank: int, kept: list[int], difference: Difference | None
    ) -> WholePath:
        n, converted = int(state.n[members].sum()), int(state.converted[members].sum())
        alone = rank < len(kept)
        value = state.value[members].sum(axis=0)
        return WholePath(
            nodes=self._names(state, kept[rank]) if alone else None,
            n=n,
            share=n / int(state.n.sum()),
            converted=converted,
            conversion=converted / n,
            value=[Value(currency, int(k)) for currency, k in zip(self.currencies, value, strict=True) if k],
            ref=f"path/{rank + 1 if alone else OTHER}",
            difference=difference,
        )

    def _differences(self, state: WholeState, kept: list[int]) -> list[Difference | None] | None:
        if state.facts is None:
            return None
        place = np.full(len(state.n), len(kept))
        place[kept] = np.arange(len(kept))
        return differences(state.facts.in_cells(place), np.zeros(len(kept) + 1, np.int64), 1)

    def _read(self, part: JourneyColumns) -> Read:
        return Read(part, self.taxonomy, self.currencies, self.default_currency)

    def _units(self, part: JourneyColumns, read: Read) -> Units:
        """All paths. A goal ends the path; what follows it in the same unit is no path of its own."""
        seen = Walk(self.nodes, False, self.gap_us if self.per == "session" else NO_GAP).visits(part, [self.goal])
        unit, owner = self._unit(seen, read)
        visit = np.flatnonzero(unit >= 0)
        unit, goal = unit[visit], (seen.marks[visit] & 1).astype(np.int64)
        begins = np.flatnonzero(np.diff(unit, prepend=-1))
        so_far = np.cumsum(goal)
        so_far -= np.repeat((so_far - goal)[begins], np.diff(np.append(begins, len(unit))))
        node = seen.node[visit]
        repeated = np.zeros(len(node), np.bool_)
        repeated[1:] = (node[1:] == node[:-1]) & (unit[1:] == unit[:-1]) & self.collapse
        walked = (so_far == 0) & ~repeated
        long = np.bincount(unit[walked], minlength=len(owner))
        end = np.cumsum(long)
        return Units(
            owner,
            node[walked],
            end - long,
            end,
            np.bincount(unit, goal, len(owner)) > 0,
            seen.first[visit[goal > 0]],
            unit[goal > 0],
        )

    def _unit(self, seen: Visits, read: Read) -> tuple[I64, I64]:
        """The path each visit belongs to, numbered in order (-1: none), and the owner of each path."""
        if self.per != "cycle":
            return seen.stretch, seen.owner
        cycles = read.cycles
        unit = np.searchsorted(cycles.first, seen.first, "right") - 1
        outside = (unit < 0) | (seen.first > cycles.last[unit]) if len(cycles.first) else np.ones(len(unit), np.bool_)
        unit[outside] = -1
        return unit, read.customer(cycles.first)


def _packed(node: I32, begin: I64, end: I64) -> tuple[I32, I64, I64]:
    """Only these sequences, one after another."""
    long = end - begin
    ends = np.cumsum(long)
    return node[np.arange(long.sum()) + np.repeat(begin - ends + long, long)], ends - long, ends
