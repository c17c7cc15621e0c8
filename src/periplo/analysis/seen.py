"""How many customers and events were seen: what the evidence of every number says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.journeys.kernels.tally import looked_at


class Seen(NamedTuple):
    """Customers who are persons, and those who are not; events of both, and those of persons."""

    persons: int = 0
    strangers: int = 0
    events: int = 0
    known: int = 0


@dataclass(frozen=True)
class Seeing:
    """The question how many there are: all, or of these customers (int64[n], ascending) those ``kept`` (bool[n]), so
    that the events of the others need not be left out first."""

    customers: I64 | None = None
    kept: Bool | None = None

    def map(self, part: JourneyColumns) -> Seen:
        return Seen(*looked_at(part.offsets, part.person, self._kept_of(part)))

    def merge(self, left: Seen, right: Seen) -> Seen:
        return Seen(*(a + b for a, b in zip(left, right, strict=True)))

    def finish(self, state: Seen) -> Seen:
        return state

    def _kept_of(self, part: JourneyColumns) -> Bool:
        """The mask of a part; empty where all are kept."""
        if self.customers is None or self.kept is None or not part.customers:
            return np.zeros(0, np.bool_)
        first = np.searchsorted(self.customers, part.customer[0])
        return self.kept[first : first + part.customers]
