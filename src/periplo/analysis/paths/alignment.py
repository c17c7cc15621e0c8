"""Paths laid side by side at an anchor: what sankey diagrams and step matrices are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.paths.nodes import END, START
from periplo.analysis.paths.versus import Facts, Versus, inside_of
from periplo.analysis.paths.visits import NO_GAP, Visits, Walk
from periplo.journeys.columns import I32, I64, Bool, JourneyColumns
from periplo.journeys.kernels.paths import aligned, anchored
from periplo.language import Lang, t

ALL_TIME = -1
AT_ONCE = 1 << 18
"""So many events are laid at once: what is noted of them stays in the cache, and memory the same however many."""


@dataclass(frozen=True)
class Paths:
    """Each path by itself: its ``owner``, and ``node`` int32[paths, columns]; ``inside`` per customer."""

    owner: I64
    node: I32
    inside: Bool

    def beside(self, other: Paths) -> Paths:
        """These paths, and those of the customers after them."""
        return Paths(
            np.concatenate((self.owner, other.owner + len(self.inside))),
            np.concatenate((self.node, other.node)),
            np.concatenate((self.inside, other.inside)),
        )

    def facts(self, cell: I64) -> Facts:
        return Facts(self.owner, cell, self.inside)


@dataclass(frozen=True)
class AlignedState:
    """``links`` int64[columns - 1, kinds + 1, kinds + 1]; the last code is no visit; with a group, every path."""

    links: I64
    customers: int
    paths: Paths | None = field(default=None)


@dataclass(frozen=True)
class Alignment:
    """Which visit of a path is its anchor, and how many columns stand ``before`` and ``after`` it.

    ``anchor`` None: the first visit, or with ``backward`` the last; ``end``: where paths end that get there, others are
    left out. ``within_us``: what lies within it of the anchor is the path, and no pause parts it.
    """

    walk: Walk
    before: int
    after: int
    anchor: Condition | None = None
    end: Condition | None = None
    backward: bool = False
    within_us: int = ALL_TIME
    versus: Versus | None = None

    @property
    def width(self) -> int:
        return self.before + 1 + self.after

    def map(self, part: JourneyColumns) -> AlignedState:
        keep = self.versus is not None
        return reduce(self.merge, (self._lay(block, keep) for block in part.blocks(AT_ONCE)))

    def merge(self, left: AlignedState, right: AlignedState) -> AlignedState:
        paths = left.paths.beside(right.paths) if left.paths and right.paths else None
        return AlignedState(left.links + right.links, left.customers + right.customers, paths)

    def each(self, part: JourneyColumns) -> Paths:
        """Every path by itself."""
        found = self._lay(part, keep=True).paths
        assert found is not None
        return found

    def _lay(self, part: JourneyColumns, keep: bool) -> AlignedState:
        seen, found = self._found(part)
        inside = inside_of(self.versus, part)
        kinds = self.walk.nodes.kinds
        links, table = aligned(found, seen.owner, seen.node, self.before, self.width, kinds, inside, keep)
        owner = seen.owner[found[:, 0]]
        customers = int(np.count_nonzero(np.diff(owner, prepend=-1)))
        return AlignedState(links.sum(axis=0), customers, Paths(owner, table, inside) if keep else None)

    def _found(self, part: JourneyColumns) -> tuple[Visits, I64]:
        """All visits, and of each path its stretch, its anchor, its first and its last visit."""
        marks = [condition for condition in (self.anchor, self.end) if condition]  # an end needs an anchor before it
        walk = self.walk if self.within_us == ALL_TIME else Walk(self.walk.nodes, self.walk.collapse, NO_GAP)
        seen = walk.visits(part, marks, self.within_us != ALL_TIME)
        since = until = np.empty(0, np.int64)
        if self.within_us != ALL_TIME:
            since, until = part.time_us[seen.first], part.time_us[seen.last]
        found = anchored(
            seen.begin,
            seen.marks,
            since,
            until,
            self.anchor is not None,
            self.backward,
            self.end is not None,
            self.within_us,
        )
        return seen, found


def sizes(links: I64) -> I64:
    """How many paths have each node in each column: int64[columns, kinds + 1]."""
    return np.concatenate((links.sum(axis=2), links[-1:].sum(axis=1)))


def edge_of(column: int) -> str:
    """What a path without a visit in this column is: not begun before the anchor, over after it."""
    return START if column < 0 else END


def head_of(column: int, lang: Lang) -> str:
    """A column as a reader sees it: so many steps before or after the anchor."""
    return t("here", lang) if column == 0 else f"{'+' if column > 0 else '−'}{abs(column)}"
