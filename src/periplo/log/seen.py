"""Which keys the log may hold: hashes of what was appended lately, in sorted runs. The newest lie in memory, however
many there are: the older ones wait on a shelf until the archive has them.

Whether a key that may be there is there, the log itself answers: that is asked for real repetitions only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from periplo.events.keys import U64, Bool, inside, merged
from periplo.operation.disk import dispensable
from periplo.operation.shelf import Shelf

MOST_IN_RUN, MOST_IN_MEMORY = 1 << 19, 2
"""A run that is longer is not made longer still; so many of them are put on a shelf at once."""


class Recent:
    """The hashes of the keys in the log up to a place in the sequence, ``until``. Not safe for threads."""

    def __init__(self, scratch: Path | None = None) -> None:
        """``scratch``: the folder of the shelf; without one all stays in memory."""
        self.until, self._scratch = 0, scratch
        self._runs: list[tuple[int, U64]] = []

    def add(self, hashes: U64, until: int) -> None:
        """Those that came after all others, up to a place."""
        self.until = until
        if not len(hashes):
            return
        new = np.sort(hashes)
        while self._runs and len(self._runs[-1][1]) <= min(2 * len(new), MOST_IN_RUN):
            new = merged(self._runs.pop()[1], new)
        self._runs.append((until, new))
        if self._scratch:
            with dispensable("Which keys are in the log"):
                self._shelve(self._scratch)

    def drop(self, until: int) -> None:
        """Forgets those that left the log."""
        self._runs = [run for run in self._runs if run[0] > until]

    def _shelve(self, scratch: Path) -> None:
        """Puts long runs out of memory when there are many: they are changed no more."""
        long = [place for place, (_, run) in enumerate(self._runs) if run.flags.writeable and len(run) > MOST_IN_RUN]
        if len(long) >= MOST_IN_MEMORY:
            shelved = Shelf(scratch).keep(*(self._runs[place][1] for place in long))
            for place, run in zip(long, shelved, strict=True):
                self._runs[place] = self._runs[place][0], run

    def maybe(self, hashes: U64) -> Bool:
        """Which of these may be in the log; all others are not."""
        found = np.zeros(len(hashes), np.bool_)
        for _, run in self._runs:
            found |= inside(run, hashes)
        return found
