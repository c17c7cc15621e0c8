"""Orders and money per stage and currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from periplo.analysis.stages_behind import customers_of
from periplo.journeys.columns import F64, I32, I64, U8, Bool, Coded, JourneyColumns
from periplo.vocabulary import Taxonomy

Way = Literal["in", "out"]
"""Orders bring money in; refunds, returns and cancellations give it out."""


@dataclass(frozen=True)
class Money:
    """Of one stage and currency: how many events moved money, and how much (minor units)."""

    currency: str
    events: int
    minor: int


@dataclass(frozen=True)
class Purse:
    """Which events move money (bool per event code), in which currencies; one without a currency has the shop's."""

    moves: Bool
    currencies: tuple[str, ...]
    usual: str

    @classmethod
    def of(cls, columns: JourneyColumns, taxonomy: Taxonomy, usual: str, way: Way) -> Purse:
        kinds = taxonomy.events
        moves = np.array([name in kinds and kinds[name].money == way for name in columns.event_names], np.bool_)
        column = columns.properties.column("currency") if moves.any() else None
        named = column.values if isinstance(column, Coded) else ()
        return cls(moves, tuple(dict.fromkeys((*named, usual))), usual)

    def rows(self, part: JourneyColumns) -> I64:
        """The events of a part that move money."""
        return np.flatnonzero(self.moves[part.event]) if self.moves.any() else np.empty(0, np.int64)

    def currency(self, part: JourneyColumns, rows: I64) -> I64:
        """The currency of each of these events, as an index into ``currencies``."""
        column = part.properties.column("currency")
        codes: I32 = column.codes[rows] if isinstance(column, Coded) else np.full(len(rows), -1, np.int32)
        return np.where(codes < 0, self.currencies.index(self.usual), codes).astype(np.int64)

    def summed(self, part: JourneyColumns, codes: U8, stages: int) -> F64:
        """float64[2, stages, currencies]: events that moved money, and minor units; an event without amount has 0."""
        rows = self.rows(part)
        rows = rows[codes[rows] < stages]
        amount = part.properties.column("revenue_minor") if len(rows) else None
        minor = np.nan_to_num(amount[rows]) if isinstance(amount, np.ndarray) else np.zeros(len(rows))
        kinds = len(self.currencies)
        place = codes[rows].astype(np.int64) * kinds + self.currency(part, rows)
        sums = (np.bincount(place, weights, minlength=stages * kinds) for weights in (None, minor))
        return np.stack([each.astype(np.float64) for each in sums]).reshape(2, stages, kinds)

    def money(self, sums: F64, stage: int) -> tuple[Money, ...]:
        """The sums of one stage, the most frequent currency first."""
        pairs = zip(self.currencies, *sums[:, stage], strict=True)
        found = (Money(name, round(events), round(minor)) for name, events, minor in pairs if events)
        return tuple(sorted(found, key=lambda money: -money.events))

    def customers(self, columns: JourneyColumns, codes: U8, stage: int, currency: str) -> I64:
        """Whose money moved in a stage; in all currencies where ``currency`` is empty."""
        rows = self.rows(columns)
        mine = codes[rows] == stage
        if currency:
            mine &= np.array(self.currencies)[self.currency(columns, rows)] == currency
        return customers_of(columns, rows[mine])
