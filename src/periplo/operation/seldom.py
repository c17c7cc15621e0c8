"""What happens very often is said seldom: the first at once, and then how often, every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound=Hashable)

EVERY_S = 10.0


class Seldom(Generic[Kind]):
    """Of each kind: since when it is held back, and how often that was."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._held = clock, dict[Kind, tuple[float, int]]()

    def first(self, kind: Kind) -> bool:
        """Whether this one is said; if not it is counted."""
        since, times = self._held.get(kind, (0.0, -1))
        self._held[kind] = (since if times >= 0 else self._clock(), times + 1)
        return times < 0

    def due(self) -> list[tuple[Kind, int]]:
        """What was held back for long enough, and how often; where nothing was, the next is a first one again."""
        if not self._held:
            return []
        now = self._clock()
        over = [(kind, times) for kind, (since, times) in self._held.items() if now - since >= EVERY_S]
        for kind, times in over:
            del self._held[kind]
            if times:
                self._held[kind] = (now, 0)
        return [(kind, times) for kind, times in over if times]
