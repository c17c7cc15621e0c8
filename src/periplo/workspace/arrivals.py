"""In which order a shop's events arrived, read off their places in the sequence."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from periplo.journeys.columns import I32, I64
from periplo.operation.shelf import looked_up, release, room, slices, spared_memory

T = TypeVar("T", np.int32, np.float64)

ROWS_AT_ONCE = 1 << 19
"""They are looked up all over what is mapped, which is read again for each part."""


class Arrivals:
    """The arrivals of events whose places in the sequence are ``seq`` (int64[m], in the order of the journeys).

    Nothing of the size of all events is in memory, if something can be written to ``scratch``.
    """

    def __init__(self, seq: I64, scratch: Path) -> None:
        self._seq, self._scratch = seq, scratch

    def __len__(self) -> int:
        return len(self._seq)

    def last(self, count: int) -> int:
        """The place in the sequence of the last of the first ``count`` arrivals; 0 for none."""
        if not count:
            return 0
        return self._low + (count if self._before is None else int(np.searchsorted(self._before, count))) - 1

    def index(self, seq: I64) -> I64:
        """int64, which arrival each of these places is, from 0; -1 where none of these events has it."""
        place = seq - self._low
        outside = (place < 0) | (place >= self._span)
        if self._before is None:
            return np.where(outside, -1, place)
        place = np.where(outside, 0, place)
        found, then = self._before[place].astype(np.int64), self._before[place + 1]
        return np.where(outside | (then == found), -1, found)

    def in_journeys(self, by_arrival: I32, of: Callable[[I32], NDArray[T]], kind: type[T]) -> NDArray[T]:
        """What is made ``of`` codes that are given per arrival, in the order of the journeys; a core each takes its
        parts."""
        found, read = room(self._scratch, len(self), kind), looked_up if spared_memory() else np.take
        low, before = self._low, self._before

        def pick(some: slice) -> None:
            place = self._read(some) - low
            found[some] = of(read(by_arrival, place if before is None else read(before, place)))
            for array in (by_arrival, found):
                release(array)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(pick, slices(len(self), ROWS_AT_ONCE)):
                pass
        return found

    @cached_property
    def _ends(self) -> tuple[int, int]:
        """The lowest place, and the one after the highest."""
        ends = [(int(some.min()), int(some.max()) + 1) for some in map(self._read, slices(len(self), ROWS_AT_ONCE))]
        return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else (0, 0)

    @property
    def _low(self) -> int:
        return self._ends[0]

    @property
    def _span(self) -> int:
        return self._ends[1] - self._ends[0]

    @cached_property
    def _before(self) -> I32 | None:
        """int32[span + 1], how many arrivals come before each place from the lowest on; None where each is one, as no
        event lacks a customer."""
        if self._span == len(self):
            return None
        before, count = room(self._scratch, self._span + 1, np.int32), 0
        for some in slices(len(self), ROWS_AT_ONCE):
            before[self._read(some) - self._low + 1] = 1
            release(before)
        for some in slices(len(before)):
            before[some] = np.cumsum(before[some]) + count
            count = int(before[some][-1])
            release(before)
        return before

    def _read(self, some: slice) -> I64:
        found = self._seq[some].copy()
        release(self._seq)
        return found
