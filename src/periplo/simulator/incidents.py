"""The planted incidents and their truth: whom each hit, and the orders that were lost by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from periplo.simulator.arrays import I64
from periplo.simulator.decisions import Outcome
from periplo.simulator.parameters import Incident
from periplo.simulator.visits import Needs


@dataclass(frozen=True)
class Cost:
    """The truth about one incident: the customers it hit, and the needs that would have been ordered without it."""

    incident: Incident
    affected: I64
    lost: I64  # needs ordered without the incident and not with it
    gained: int  # the few needs ordered only because of it (an order less was an order that came late, ...)

    def also(self, customers: I64) -> Cost:
        """With further customers that it hit."""
        return replace(self, affected=np.unique(np.concatenate([self.affected, customers])))


def costs(incidents: list[Incident], needs: Needs, actual: Outcome, spared: Mapping[str, Outcome]) -> list[Cost]:
    """``spared``: by incident, what comes of the same chances when it alone is taken out and the others stay."""
    return [_cost(incident, needs, actual, spared[incident.name]) for incident in incidents]


def _cost(incident: Incident, needs: Needs, actual: Outcome, spared: Outcome) -> Cost:
    return Cost(
        incident=incident,
        affected=np.unique(needs.customer[actual.hit[incident.name]]),
        lost=np.flatnonzero(spared.ordered & ~actual.ordered),
        gained=int((actual.ordered & ~spared.ordered).sum()),
    )
