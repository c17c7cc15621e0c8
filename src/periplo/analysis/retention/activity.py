"""Which events are looked for, and who begins with one in which period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.basis import Basis, Step
from periplo.analysis.condition import Condition, name_in
from periplo.analysis.retention.calendar import Calendar
from periplo.journeys.columns import I64, U32, JourneyColumns
from periplo.journeys.kernels.retention import beginnings, matching
from periplo.language import Lang, t
from periplo.vocabulary import Taxonomy

CONTACT = "any contact"


@dataclass(frozen=True)
class Activity:
    """The events for which ``condition`` holds; without one every contact of the customer, not what the shop does."""

    taxonomy: Taxonomy
    condition: Condition | None

    @classmethod
    def of(cls, journeys: Basis, given: Step | None) -> Activity:
        """Raises ``UnknownName`` for an event that neither the data nor the vocabulary have."""
        return cls(journeys.taxonomy, None if given is None else journeys.condition(given))

    @property
    def name(self) -> str:
        return self.condition.name if self.condition else CONTACT

    def rows(self, part: JourneyColumns) -> U32:
        """Where its events are."""
        if self.condition is None:
            known = self.taxonomy.events
            touch = [name not in known or known[name].touch for name in part.event_names]
            return matching(part.event, np.array(touch))
        names = self.condition.names(part.event_names)
        if names is not None:
            return matching(part.event, names)
        return matching(self.condition.mask(part).astype(np.uint16), np.array([False, True]))


class Beginnings(NamedTuple):
    """Who began: the ``row``, the ``customer`` and the ``period`` of each."""

    row: I64
    customer: I64
    period: I64


def begun(part: JourneyColumns, activity: Activity, calendar: Calendar, *, every: bool) -> Beginnings:
    """Each person's first event of the activity; with ``every`` the first of each period."""
    rows = activity.rows(part)
    return Beginnings(*beginnings(part.offsets, part.time_us, part.person, rows, calendar.edges, every))


def activity_label(name: str, lang: Lang) -> str:
    """An activity as a reader sees it."""
    return t("any contact", lang) if name == CONTACT else name_in(name, lang)
