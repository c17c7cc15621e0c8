"""Codes of names: a name keeps its code for ever, new names are added at the end."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from periplo.identity.register import encoded
from periplo.journeys.columns import I64

UNKNOWN, OTHER = "unknown", "other"
MOST_EVENT_NAMES, MOST_CHANNELS = 1 << 16, 1 << 8


class Names:
    """At most ``most`` names; what comes after them shares the name ``OTHER``. Null is ``UNKNOWN``."""

    def __init__(self, known: tuple[str, ...], most: int) -> None:
        self._codes = {name: code for code, name in enumerate(known)}
        self._most = most

    @property
    def all(self) -> tuple[str, ...]:
        """The names by code."""
        return tuple(self._codes)

    def codes(self, column: pa.Array | pa.ChunkedArray) -> I64:
        """The code of each value of a text column."""
        place, texts = encoded(column)
        of_text = [self._code(text) for text in texts.to_pylist()]
        missing = self._code(UNKNOWN) if (place < 0).any() else 0
        return np.array([*of_text, missing], np.int64)[place]

    def _code(self, name: str) -> int:
        if name not in self._codes and len(self._codes) >= self._most - 1:
            name = OTHER
        return self._codes.setdefault(name, len(self._codes))
