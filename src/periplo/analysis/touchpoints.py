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
    """All pairs of a channel and a kind of contact; code = channel * contacts + contact."""

    channels: tuple[str, ...]
    contacts: tuple[str, ...]
    contact_of: I32
    """The contact of each event code, -1 where the event is no contact of the customer."""

    @classmethod
    def of(cls, columns: JourneyColumns, taxonomy: Taxonomy) -> Touchpoints:
        names = [taxonomy.contact(name) for name in columns.event_names]
        contacts = tuple(dict.fromkeys(names))
        codes = np.array([contacts.index(name) for name in names], np.int32)
        return cls(columns.channel_names, contacts, np.where(touches(columns, taxonomy), codes, np.int32(-1)))

    @property
    def kinds(self) -> int:
        return len(self.channels) * len(self.contacts)

    def codes(self, part: JourneyColumns) -> I32:
        """The touchpoint of each event, -1 for none."""
        base = np.arange(len(self.channels), dtype=np.int32)[:, None] * len(self.contacts)
        table = np.where(self.contact_of < 0, np.int32(-1), base + self.contact_of).astype(np.int32)
        flat = part.channel.astype(np.int32) * np.int32(len(self.contact_of)) + part.event
        codes: I32 = table.ravel()[flat]
        return codes

    def pair(self, code: int) -> tuple[str, str]:
        """The channel and the contact of a code."""
        channel, contact = divmod(code, len(self.contacts))
        return self.channels[channel], self.contacts[contact]

    def code(self, channel: str, contact: str) -> int:
        """The code of a pair, or -1 where there is no such."""
        if channel not in self.channels or contact not in self.contacts:
            return -1
        return self.channels.index(channel) * len(self.contacts) + self.contacts.index(contact)
