"""Journeys as visits to nodes, in stretches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.basis import microseconds
from periplo.analysis.condition import Condition
from periplo.analysis.paths.marking import marked
from periplo.analysis.paths.nodes import Nodes
from periplo.journeys.columns import I32, I64, U8, U16, Bool, JourneyColumns
from periplo.journeys.kernels.paths import visits

NEVER = "never"
NO_GAP = int(np.iinfo(np.int64).max)


class Visits(NamedTuple):
    """Per visit its ``node``, ``first`` and ``last`` row and ``marks``; per stretch where it begins, and its owner."""

    node: I32
    first: I64
    last: I64
    marks: U8
    begin: I64
    owner: I64

    @property
    def stretch(self) -> I64:
        """The stretch of each visit."""
        return np.repeat(np.arange(len(self.owner)), np.diff(self.begin))

    @property
    def customer(self) -> I64:
        """The customer of each visit."""
        return np.repeat(self.owner, np.diff(self.begin))


@dataclass(frozen=True)
class Walk:
    """How journeys are read: what a node is, whether equal neighbours are one visit, and which pause (us) parts."""

    nodes: Nodes
    collapse: bool
    gap_us: int

    def given(self, part: JourneyColumns) -> tuple[I64, I64, Bool, U16, U8, I32, int, bool, int]:
        """What the kernels of steps begin with."""
        events = part.offsets, part.time_us, part.person, part.event, part.channel
        return *events, self.nodes.table, self.nodes.kinds, self.collapse, self.gap_us

    def visits(self, part: JourneyColumns, marks: Sequence[Condition] = (), placed: bool = True) -> Visits:
        """All visits; without ``placed`` they have no rows."""
        code, bits = marked(part, marks) if marks else (part.event, np.empty(0, np.uint32))
        events = part.offsets, part.time_us, part.person, part.event, part.channel
        return Visits(*visits(*events, self.nodes.table, code, bits, self.collapse, self.gap_us, placed))


def each_once(ascending: I64) -> I64:
    """The different ones of ascending numbers from 0 on."""
    return ascending[np.diff(ascending, prepend=-1) > 0]


def pause_us(gap: str) -> int:
    """A pause in microseconds; "never" parts nothing. Raises ``BadPredicate``."""
    return NO_GAP if gap == NEVER else microseconds(gap)
