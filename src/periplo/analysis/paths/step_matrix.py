"""What paths do so many steps before and after an anchor (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Cell, Chart, Heatmap, Row
from periplo.analysis.paths.alignment import AlignedState, Alignment, edge_of, head_of, sizes
from periplo.analysis.paths.nodes import OTHER, Of, node_label, referred
from periplo.analysis.paths.transitions import flat
from periplo.analysis.paths.versus import Difference, differences, points, signed
from periplo.analysis.paths.visits import each_once
from periplo.analysis.result import Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.language import Lang, number, percent, t


class StepCell(msgspec.Struct, frozen=True, kw_only=True):
    """``n`` paths, ``share`` of all, are at node ``name`` so many steps from the anchor (``column`` 0). Without a name:
    the path has not begun (before the anchor), or is over."""

    column: int
    name: str | None
    n: int
    share: float
    ref: str
    difference: Difference | None = None


class StepMatrix(Result, frozen=True, kw_only=True):
    """Cells by column. The shares of each column add up to 1."""

    paths: int
    customers: int
    names: list[str | None]
    columns: list[int]
    cells: list[StepCell]
    of: Of
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [flat(cell) for cell in self.cells]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("step", lang), *(head_of(column, lang) for column in self.columns)]
        found = {(cell.name, cell.column): cell for cell in self.cells}
        rows = [
            [self._label(name, lang), *(self._said(found.get((name, column)), lang) for column in self.columns)]
            for name in self.names
        ]
        return Shown(self._title(lang), heads, rows)

    def charts(self, lang: Lang) -> list[Chart]:
        found = {(cell.name, cell.column): cell for cell in self.cells}
        rows = [
            Row(self._label(name, lang), [self._cell(found.get((name, column)), lang) for column in self.columns])
            for name in self.names
        ]
        heads = [head_of(column, lang) for column in self.columns]
        marked = self.columns.index(0) if self.columns else None
        return [Heatmap(title=self._title(lang), columns=heads, rows=rows, marked=marked)]

    def _cell(self, cell: StepCell | None, lang: Lang) -> Cell:
        if cell is None or (self.versus and cell.difference is None):
            return Cell()
        where = f"{self._label(cell.name, lang)}, {head_of(cell.column, lang)}"
        if cell.difference:
            share = cell.difference.difference
            return Cell(share, signed(share, lang), f"{where}: {points(cell.difference, lang)}")
        return Cell(cell.share, percent(cell.share, lang), f"{where}: {number(cell.n, lang)}")

    def _said(self, cell: StepCell | None, lang: Lang) -> str:
        if cell is None:
            return ""
        return points(cell.difference, lang) if self.versus else percent(cell.share, lang)

    def _title(self, lang: Lang) -> str:
        n, customers = number(self.paths, lang), number(self.customers, lang)
        title = t("{n} {n:path|paths} of {customers} {customers:customer|customers}", lang, n=n, customers=customers)
        return f"{title}: {t('difference, points', lang)}" if self.versus else title

    def _label(self, name: str | None, lang: Lang) -> str:
        return t("not begun, or over", lang) if name is None else node_label(self.of, name, lang)


@dataclass(frozen=True)
class StepMatrixQuestion:
    """``top`` nodes stand alone, those that most paths go through in all columns together."""

    laid: Alignment
    top: int

    def map(self, part: JourneyColumns) -> AlignedState:
        return self.laid.map(part)

    def merge(self, left: AlignedState, right: AlignedState) -> AlignedState:
        return self.laid.merge(left, right)

    def finish(self, state: AlignedState) -> dict[str, Any]:
        counts = sizes(state.links)
        kept, place = self._kept(counts)
        names = [*(self.laid.walk.nodes.names[code] for code in kept), OTHER, None]
        columns = [column - self.laid.before for column in range(self.laid.width)]
        cells = [
            cell for column in range(self.laid.width) for cell in self._column(column, names, place, counts, state)
        ]
        used = {cell.name for cell in cells}
        return {
            "paths": int(counts[0].sum()),
            "customers": state.customers,
            "names": [name for name in names if name in used],
            "columns": columns,
            "cells": cells,
        }

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``step/<column>/<node>``: a node, ``other``, ``start`` (not begun) or ``end`` (over)."""
        match ref.split("/"):
            case ["step", column, name] if column.lstrip("-").isdecimal():
                at = int(column) + self.laid.before
                kept, place = self._kept(sizes(self.laid.map(columns).links))
                slot = self._slot(name, int(column), kept)
                if 0 <= at < self.laid.width and slot is not None:
                    paths = self.laid.each(columns)
                    return each_once(paths.owner[place[paths.node[:, at]] == slot])
        return None

    def _slot(self, name: str, column: int, kept: list[int]) -> int | None:
        if name in (OTHER, edge_of(column)):
            return len(kept) + (name != OTHER)
        code = self.laid.walk.nodes.code(name)
        return kept.index(code) if code in kept else None

    def _kept(self, counts: I64) -> tuple[list[int], I64]:
        """The codes that stand alone, and for each code its slot; after them come "other" and no visit."""
        kept = self.laid.walk.nodes.ranked(counts.sum(axis=0))[: self.top]
        place = np.full(counts.shape[1], len(kept))
        place[kept], place[-1] = np.arange(len(kept)), len(kept) + 1
        return kept, place

    def _column(
        self, column: int, names: list[str | None], place: I64, counts: I64, state: AlignedState
    ) -> list[StepCell]:
        n = np.bincount(place, counts[column], len(names)).astype(np.int64)
        at, total = column - self.laid.before, max(int(n.sum()), 1)
        against: list[Difference | None] = [None] * len(names)
        if state.paths:
            facts = state.paths.facts(place[state.paths.node[:, column]])
            against = differences(facts, np.zeros(len(names), np.int64), 1)
        return [
            StepCell(
                column=at,
                name=name,
                n=int(k),
                share=int(k) / total,
                ref=f"step/{at}/{referred(name, edge_of(at))}",
                difference=difference,
            )
            for name, k, difference in zip(names, n, against, strict=True)
            if k
        ]
