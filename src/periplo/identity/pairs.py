"""Which pairs of identifiers were met: sorted runs of them, few and never changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from periplo.identity.kinds import I64, Bool
from periplo.identity.texts import MOST_SHELVED, UNLIMITED
from periplo.operation.shelf import Shelf, release


@dataclass(frozen=True)
class PairIndex:
    """Pairs, packed (int64), none of them twice. On a ``shelf`` the runs lie out of memory."""

    runs: tuple[I64, ...] = ()
    shelf: Shelf | None = None

    def plus(self, pairs: I64) -> PairIndex:
        """With more pairs. Runs that are not much longer than what comes are joined with it."""
        kept, parts = list(self.runs), [pairs]
        while kept and len(kept[-1]) < min(4 * sum(map(len, parts)), MOST_SHELVED if self.shelf else UNLIMITED):
            parts.append(kept.pop())
        run = np.sort(np.concatenate(parts))
        if len(run):
            kept += self.shelf.keep(run) if self.shelf else [run]
        return replace(self, runs=tuple(kept))

    def holds(self, pairs: I64) -> Bool:
        """Which of some pairs are here."""
        found = np.zeros(len(pairs), np.bool_)
        for run in self.runs:
            found |= run[np.minimum(np.searchsorted(run, pairs), len(run) - 1)] == pairs
            release(run)
        return found
