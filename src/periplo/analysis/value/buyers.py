"""What the models need to know of a buyer: how often they came back, when last, and for how long they are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from periplo.errors import UsageError
from periplo.journeys.columns import F64, I64, fix_arrays


@dataclass(frozen=True)
class Ahead:
    """The time ahead: ``until`` when, in the unit of the buyers; or the sum of ``shares`` of what comes up to several
    ends, of which it is the last."""

    until: float
    shares: tuple[tuple[float, float], ...] = ()

    @property
    def parts(self) -> tuple[tuple[float, float], ...]:
        return self.shares or ((self.until, 1.0),)


@dataclass(frozen=True)
class Buyers:
    """Per buyer: ``frequency`` repeat purchases, ``recency`` from the first purchase to the last, ``age`` from the
    first purchase to now; the latter two in one unit of time, which the fitted parameters are in too.

    Raises ``UsageError`` where lengths differ or numbers cannot be: 0 <= recency <= age, recency 0 without repeats.
    """

    frequency: F64
    recency: F64
    age: F64

    def __post_init__(self) -> None:
        fix_arrays(self, frequency=np.float64, recency=np.float64, age=np.float64)
        if not len(self.frequency) == len(self.recency) == len(self.age):
            raise UsageError("Frequency, recency and age must have one number per customer each.")
        whole = (self.frequency >= 0) & (self.frequency == np.floor(self.frequency))
        inside = (self.recency >= 0) & (self.recency <= self.age) & np.isfinite(self.age)
        bad = ~(whole & inside & ((self.frequency > 0) | (self.recency == 0)))
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise UsageError(
                "Customer {row} cannot be: frequency {frequency}, recency {recency}, age {age}.",
                why="Frequency counts repeat purchases; recency lies between 0 and age, and is 0 without repeats.",
                row=row,
                frequency=float(self.frequency[row]),
                recency=float(self.recency[row]),
                age=float(self.age[row]),
            )

    @classmethod
    def of(cls, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Buyers:
        return cls(np.asarray(frequency, np.float64), np.asarray(recency, np.float64), np.asarray(age, np.float64))

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def frequencies(self) -> tuple[F64, I64]:
        """The different frequencies there are, few as they are, and which of them each buyer has."""
        values, place = np.unique(self.frequency, return_inverse=True)
        return values, place.ravel()

    @property
    def repeaters(self) -> int:
        return int(np.count_nonzero(self.frequency))

    def distinct(self) -> tuple[Buyers, I64, I64]:
        """The different buyers there are, in order, where each buyer is among them, and how many are alike."""
        order = np.lexsort((self.recency, self.frequency, self.age))
        rows = np.stack((self.age[order], self.frequency[order], self.recency[order]))
        begins = np.append(True, (np.diff(rows) != 0).any(axis=0))[: len(order)]
        place = np.empty(len(order), np.int64)
        place[order] = np.cumsum(begins) - 1
        firsts = order[begins]
        return self.pick(firsts), place, np.bincount(place, minlength=len(firsts))

    def pick(self, rows: I64) -> Buyers:
        return Buyers(self.frequency[rows], self.recency[rows], self.age[rows])
