"""How many identifiers of a kind one customer may have, and which of two is the stronger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.identity.kinds import I64, KINDS, ORDER
from periplo.vocabulary import Identifiers

UNLIMITED = 1 << 40


@dataclass(frozen=True)
class Rules:
    """``limits`` int64[kinds]; ``shared_after`` user_ids make a device shared; ``priority`` codes, strongest first."""

    limits: I64
    shared_after: int
    priority: tuple[int, ...]

    @classmethod
    def of(cls, words: Identifiers) -> Rules:
        """The rules of a shop's vocabulary. A kind without a limit has none; an order is always the weakest."""
        given = [KINDS.index(kind) for kind in words.priority if kind in KINDS]
        rest = [kind for kind in range(ORDER) if kind not in given]
        limits = [words.limits.get(kind, UNLIMITED) for kind in KINDS]
        return cls(np.array(limits, np.int64), words.shared_device_user_ids, (*given, *rest, ORDER))

    @property
    def stamp(self) -> str:
        """Equal for equal rules."""
        return f"{self.limits.tolist()} {self.shared_after} {self.priority}"
