"""Touchpoints: channel x kind of contact, as codes that kernels can count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import I32, Bool, JourneyColumns
from periplo.vocabulary import Taxonomy


def touches(columns: JourneyColumns, taxonomy: Taxonomy) -> Bool:
    """Whether each event code is a contact of the customer with the shop; what the shop does alone is none."""
    known = taxonomy.events
    return np.array([name not in known or known[name].touch for name in columns.event_names], np.bool_)


@dataclass(frozen=True)
class Touchpoints:
    """The touchpoints that occur. ``pairs[code]`` is (channel, contact).

    ``table`` int32[channels, events] the code of each combination, -1 where it is no contact or never occurs.
    """

    pairs: tuple[tuple[str, str], ...]
    table: I32

    @classmethod
    def among(cls, columns: JourneyColumns, taxonomy: Taxonomy, seen: Bool) -> Touchpoints:
        """Of the combinations ``seen`` (bool[channels, events]); of ``columns`` only the names are read."""
        contacts = [taxonomy.contact(name) for name in columns.event_names]
        occurs = seen & touches(columns, taxonomy)
        table = np.full(occurs.shape, -1, np.int32)
        codes: dict[tuple[str, str], int] = {}
        for channel, event in zip(*np.nonzero(occurs), strict=True):
            pair = (columns.channel_names[channel], contacts[event])
            table[channel, event] = codes.setdefault(pair, len(codes))
        return cls(tuple(codes), table)

    @property
    def kinds(self) -> int:
        return len(self.pairs)

    def codes(self, part: JourneyColumns) -> I32:
        """The touchpoint of each event (int32[m]), -1 for none."""
        codes: I32 = self.table.ravel()[_combinations(part)]
        return codes

    def code(self, channel: str, contact: str) -> int | None:
        """The code of a pair, or None where it never occurs."""
        return self.pairs.index((channel, contact)) if (channel, contact) in self.pairs else None


def _combinations(columns: JourneyColumns) -> I32:
    return columns.channel.astype(np.int32) * np.int32(len(columns.event_names)) + columns.event


class Occurring:
    """The question which combinations of channel and event there are (bool[channels, events])."""

    def map(self, part: JourneyColumns) -> Bool:
        shape = len(part.channel_names), len(part.event_names)
        seen: Bool = np.bincount(_combinations(part), minlength=shape[0] * shape[1]).reshape(shape) > 0
        return seen

    def merge(self, left: Bool, right: Bool) -> Bool:
        return left | right

    def finish(self, state: Bool) -> Bool:
        return state
