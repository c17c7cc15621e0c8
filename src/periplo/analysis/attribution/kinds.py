"""What touches are told apart by: their channel, campaign, or any other property."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.grouping import OTHER, UNKNOWN, ByChannel, Grouping, largest
from periplo.journeys.columns import I32, I64, U8, JourneyColumns


@dataclass(frozen=True)
class Kinds:
    """The kinds of touches there are. ``place[group]`` is the kind of each group of ``grouping``, -1 where it is none:
    an event without the property is no touch."""

    labels: tuple[str, ...]
    grouping: Grouping
    place: I64

    @classmethod
    def of(cls, grouping: Grouping, columns: JourneyColumns, most: int) -> Kinds:
        """At most ``most`` kinds, those with the most events, and "other" for the rest."""
        labels, known = grouping.labels, np.array([label != UNKNOWN for label in grouping.labels])
        if isinstance(grouping, ByChannel):
            known[:] = True
        if known.sum() > most:
            sizes = np.bincount(_codes(grouping, columns), minlength=len(labels)) * known
            kept, place = largest(sizes, most)
            names = (*(labels[group] for group in kept), OTHER)
        else:
            kept = np.flatnonzero(known)
            names = tuple(labels[group] for group in kept)
            place = np.cumsum(known) - 1
        return cls(names, grouping, np.where(known, place, -1))

    def codes(self, part: JourneyColumns) -> I32:
        """The kind of each event (int32[m]), -1 for none."""
        codes: I32 = self.place.astype(np.int32)[_codes(self.grouping, part)]
        return codes

    def at(self, part: JourneyColumns, rows: I64) -> I64:
        """The kind of each of the events ``rows``, -1 for none."""
        found: I64 = self.place[self.grouping.codes(part, rows)]
        return found


def _codes(grouping: Grouping, part: JourneyColumns) -> I64 | U8:
    """The group of each event; a channel's code is taken as it is, without a copy."""
    if isinstance(grouping, ByChannel):
        return part.channel
    return grouping.codes(part, np.arange(part.events))
