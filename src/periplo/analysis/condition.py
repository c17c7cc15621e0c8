"""A predicate with a name to show, ready to be looked up over journeys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import Bool, JourneyColumns


@dataclass(frozen=True)
class Condition:
    name: str

    def names(self, event_names: tuple[str, ...]) -> Bool | None:
        """Per event code whether it holds, where the event's name alone decides; else None."""
        return np.array([name == self.name for name in event_names], np.bool_)

    def mask(self, part: JourneyColumns) -> Bool:
        """Whether it holds at each event (bool[m])."""
        return np.asarray(self.names(part.event_names))[part.event]
