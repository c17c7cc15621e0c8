"""What the log asks of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from periplo.events.keys import U64, Bool

Key = tuple[str, str]
"""(source, event_id): what makes an event this event."""


class Archive(Protocol):
    """The events that left the log, or never were in it."""

    def version(self) -> int:
        """The newest commit."""

    def known(self, keys: Iterable[Key], after_seq: int = 0) -> set[Key]:
        """Those of the keys that the archive holds now, after a place in the sequence."""

    def maybe(self, hashes: U64, version: int) -> Bool:
        """Which keys, by their hashes, may be in the archive as it was at a commit; all others are not. Fast."""


class NoArchive:
    """An archive without events."""

    def version(self) -> int:
        return 0

    def known(self, keys: Iterable[Key], after_seq: int = 0) -> set[Key]:
        return set()

    def maybe(self, hashes: U64, version: int) -> Bool:
        return np.zeros(len(hashes), np.bool_)
