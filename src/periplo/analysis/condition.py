"""A predicate with a name to show, ready to be looked up over journeys."""

from __future__ import annotations

from dataclasses import dataclass

from periplo.journeys.columns import Bool, JourneyColumns
from periplo.language import Lang
from periplo.predicates import Predicate, by_name, evaluate
from periplo.vocabulary import event_label


def name_in(name: str, lang: Lang) -> str:
    """A condition's name as a reader sees it: that of an event, where it is one; English keeps what predicates use."""
    return name if lang == "en" else event_label(name, lang)


@dataclass(frozen=True)
class Condition:
    name: str
    predicate: Predicate

    def names(self, event_names: tuple[str, ...]) -> Bool | None:
        """Per event code whether it holds, where the event's name alone decides; else None."""
        return by_name(self.predicate, event_names)

    def mask(self, part: JourneyColumns) -> Bool:
        """Whether it holds at each event (bool[m])."""
        names = self.names(part.event_names)
        return evaluate(self.predicate, part) if names is None else names[part.event]
