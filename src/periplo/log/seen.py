"""Which keys the log may hold: hashes of what was appended lately, in sorted runs, in memory.

Whether a key that may be there is there, the log itself answers: that is asked for real repetitions only.
"""

from __future__ import annotations

import numpy as np

from periplo.events.keys import U64, Bool, inside

MOST_IN_RUN = 1 << 16


class Recent:
    """The hashes of the keys in the log up to a place in the sequence, ``until``. Not safe for threads."""

    def __init__(self) -> None:
        self.until = 0
        self._runs: list[tuple[int, U64]] = []

    def add(self, hashes: U64, until: int) -> None:
        """Those that came after all others, up to a place."""
        self.until = until
        if not len(hashes):
            return
        new = np.sort(hashes)
        while self._runs and len(self._runs[-1][1]) <= min(2 * len(new), MOST_IN_RUN):
            new = np.sort(np.concatenate((self._runs.pop()[1], new)))
        self._runs.append((until, new))

    def drop(self, until: int) -> None:
        """Forgets those that left the log."""
        self._runs = [run for run in self._runs if run[0] > until]

    def maybe(self, hashes: U64) -> Bool:
        """Which of these may be in the log; all others are not."""
        found = np.zeros(len(hashes), np.bool_)
        for _, run in self._runs:
            found |= inside(run, hashes)
        return found
