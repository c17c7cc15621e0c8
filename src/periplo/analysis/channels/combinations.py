"""Which channels a cycle went through, as bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.grouping import OTHER
from periplo.journeys.columns import U8, JourneyColumns

MOST = 62
"""So many channels have a bit of their own, those with the most events; the rest share the last one."""


@dataclass(frozen=True)
class Bits:
    """``places`` uint8[channels]: the bit of each channel; ``names``: the channel of each bit."""

    places: U8
    names: tuple[str, ...]

    @classmethod
    def of(cls, columns: JourneyColumns) -> Bits:
        names = columns.channel_names
        if len(names) <= MOST:
            return cls(np.arange(len(names), dtype=np.uint8), names)
        order = np.argsort(-np.bincount(columns.channel, minlength=len(names)), kind="stable")
        places = np.full(len(names), MOST, np.uint8)
        places[order[:MOST]] = np.arange(MOST)
        return cls(places, (*(names[place] for place in order[:MOST]), OTHER))

    def channels(self, through: int) -> list[str]:
        """The channels of a combination, by name."""
        return sorted(name for bit, name in enumerate(self.names) if through >> bit & 1)
