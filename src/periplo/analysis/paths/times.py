"""How long each step takes: the median and ninth decile of its times, exact, though most times are only counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from periplo.analysis.numbers import MEDIAN_AND_P90, Piece, places_of, ranked
from periplo.analysis.paths.visits import Walk
from periplo.journeys.columns import F64, I64, U64, JourneyColumns
from periplo.journeys.kernels.quantiles import grouped
from periplo.journeys.kernels.spread import bounds, near
from periplo.journeys.kernels.transitions import BITS, times_between

AT_ONCE = 1 << 20
"""So many events are looked at before the times found are put together, so that the memory for it stays the same."""
MOST_CELLS = 1 << 17
"""Of more cells the spread of times would take 64 MB and more."""
FEW = 16
"""For so few events a cell it takes no longer to keep all times than to count them first."""


def worth_counting(cells: int, events: int) -> bool:
    """Whether to count first how the times of so many cells spread: else all times are kept."""
    return cells <= MOST_CELLS and events > cells * FEW


@dataclass(frozen=True)
class TimeQuestion:
    """The times (us) of steps by cell that lie within ``spans``; answers what stands at ``places`` among them."""

    walk: Walk
    spans: U64
    places: F64

    @classmethod
    def all(cls, walk: Walk, counts: I64) -> TimeQuestion:
        """Of steps counted by cell, all of whose times are kept."""
        spans = np.zeros((len(counts), 4), np.uint64)
        spans[:, 1] = 2**63
        return cls(walk, spans, places_of(counts, MEDIAN_AND_P90))

    @classmethod
    def some(cls, walk: Walk, spread: I64) -> TimeQuestion:
        """Of steps of which is known how their times spread, int64[cells, BUCKETS]."""
        return cls(walk, *near(spread, bounds(BITS), MEDIAN_AND_P90))

    def map(self, part: JourneyColumns) -> tuple[Piece, ...]:
        blocks = [*part.blocks(max(AT_ONCE, len(self.places)))]  # where each cell begins is kept for each block
        room = max(block.events for block in blocks)
        cells, times = np.empty(room, np.int64), np.empty(room, np.int64)
        pieces = []
        for block in blocks:
            found = times_between(*self.walk.given(block), self.spans, cells, times)
            pieces.append(grouped(cells[:found], times[:found], len(self.places)))
        return tuple(pieces)

    def merge(self, left: tuple[Piece, ...], right: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return left + right

    def finish(self, pieces: Sequence[Piece]) -> F64:
        return ranked(pieces, self.places)
