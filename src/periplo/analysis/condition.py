"""A predicate with a name to show, ready to be looked up over journeys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import Bool, JourneyColumns
from periplo.predicates.evaluate import evaluate
from periplo.predicates.tree import All, AnyOf, EventIs, Not, Predicate


@dataclass(frozen=True)
class Condition:
    name: str
    predicate: Predicate

    def names(self, event_names: tuple[str, ...]) -> Bool | None:
        """Per event code whether it holds, where the event's name alone decides; else None."""
        return _by_name(self.predicate, event_names)

    def mask(self, part: JourneyColumns) -> Bool:
        """Whether it holds at each event (bool[m])."""
        names = self.names(part.event_names)
        return evaluate(self.predicate, part) if names is None else names[part.event]


def _by_name(predicate: Predicate, event_names: tuple[str, ...]) -> Bool | None:
    match predicate:
        case EventIs(names=names, where=()):
            return np.array([not names or name in names for name in event_names], np.bool_)
        case Not(part=part):
            inner = _by_name(part, event_names)
            return None if inner is None else ~inner
        case All(parts=parts) | AnyOf(parts=parts) if parts:
            found = [inner for part in parts if (inner := _by_name(part, event_names)) is not None]
            if len(found) == len(parts):
                joined: Bool = (np.all if isinstance(predicate, All) else np.any)(found, axis=0)
                return joined
    return None
