"""In which order a shop's events arrived, read off their places in the sequence."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from periplo.journeys.columns import I32, I64

ROWS_AT_ONCE = 1 << 20


class Arrivals:
    """The arrivals of events whose places in the sequence are ``seq`` (int64[m], in the order of the journeys)."""

    def __init__(self, seq: I64) -> None:
        self._seq = seq

    def __len__(self) -> int:
        return len(self._seq)

    def last(self, count: int) -> int:
        """The place in the sequence of the last of the first ``count`` arrivals; 0 for none."""
        if not count:
            return 0
        return self._low + (count - 1 if self._rank is None else int(np.flatnonzero(self._rank >= 0)[count - 1]))

    def index(self, seq: I64) -> I64:
        """int64, which arrival each of these places is, from 0; -1 where none of these events has it."""
        place = seq - self._low
        outside = (place < 0) | (place >= self._span)
        found = place if self._rank is None else self._rank[np.where(outside, 0, place)]
        return np.where(outside, -1, found)

    def in_journeys(self, by_arrival: I32) -> I32:
        """What is given per arrival, in the order of the journeys; a core each takes its parts."""
        found = np.empty(len(self), by_arrival.dtype)

        def pick(begin: int) -> None:
            some = slice(begin, begin + ROWS_AT_ONCE)
            place = self._seq[some] - self._low
            found[some] = by_arrival[place if self._rank is None else self._rank[place]]

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(pick, range(0, len(self), ROWS_AT_ONCE)):
                pass
        return found

    @cached_property
    def _low(self) -> int:
        return int(self._seq.min(initial=np.iinfo(np.int64).max))

    @cached_property
    def _span(self) -> int:
        return int(self._seq.max()) - self._low + 1 if len(self) else 0

    @cached_property
    def _rank(self) -> I64 | None:
        """Which arrival each place from the lowest on is; None where it is each one, as no event lacks a customer."""
        if self._span == len(self):
            return None
        there = np.zeros(self._span, np.bool_)
        there[self._seq - self._low] = True
        return np.where(there, np.cumsum(there) - 1, -1)
