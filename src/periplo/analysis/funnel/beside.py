"""What is counted beside the steps where it is asked: money, the trend, where the dropped went next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from periplo.analysis.counting import coded, counts
from periplo.analysis.facts import ORDERED
from periplo.analysis.funnel.attempts import Attempts
from periplo.analysis.funnel.result import FunnelMoney, FunnelPeriod
from periplo.analysis.funnel.rules import NO_FURTHER
from periplo.analysis.numbers import share
from periplo.analysis.result import Count, Definition
from periplo.analysis.touchpoints import Touchpoints
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns

MoneyOf = Literal["last", "attempt"]
Next = Literal["events", "touchpoints"]
MOST_NEXT = 10


class Beside(Protocol):
    """Counts that add up over parts."""

    @property
    def definition(self) -> Definition: ...

    def count(self, part: JourneyColumns, found: Attempts, group: I64, groups: int) -> I64: ...


@dataclass(frozen=True)
class Money:
    """Of those who took all ``steps``: what the event of the last step is worth, or all orders from the first step to
    the last. Answers int64[groups, currencies, 3]: events with an amount, minor units, events without."""

    of: MoneyOf
    steps: int
    currencies: tuple[str, ...]
    default_currency: int

    @property
    def definition(self) -> Definition:
        if self.of == "last":
            return Definition("Money: what the events of the last step are worth, per currency.")
        return Definition("Money: all orders from the first step to the last of those who took it, per currency.")

    def count(self, part: JourneyColumns, found: Attempts, group: I64, groups: int) -> I64:
        done = np.flatnonzero(found.level == self.steps)
        minor, known, currency = self._amounts(part)
        values = np.stack((known, np.where(known, minor, 0).astype(np.int64), ~known)).astype(np.int64)
        sums = np.zeros((groups, len(self.currencies), 3), np.int64)
        first, last = found.at(0)[done], found.last[done]
        for code in range(len(self.currencies)):
            for what in range(3):
                mine = values[what] * (currency == code)
                np.add.at(sums[:, code, what], group[done], self._between(part, mine, first, last))
        return sums

    def tell(self, sums: I64) -> list[FunnelMoney]:
        """The money of one group, int64[currencies, 3]."""
        return [
            FunnelMoney(
                currency=name,
                orders=int(orders),
                revenue_minor=int(minor),
                mean_minor=float(minor / orders) if orders else None,
                unknown=int(unknown),
            )
            for name, (orders, minor, unknown) in zip(self.currencies, sums, strict=True)
            if orders or unknown
        ]

    def _between(self, part: JourneyColumns, values: I64, first: I64, last: I64) -> I64:
        if self.of == "last":
            return values[last]
        ordered = part.event == part.code(ORDERED) if ORDERED in part.event_names else np.zeros(part.events, np.bool_)
        total = np.concatenate(([0], np.cumsum(values * ordered)))
        low, high = np.minimum(first, last), np.maximum(first, last)
        return np.asarray(total[high + 1] - total[low])

    def _amounts(self, part: JourneyColumns) -> tuple[F64, Bool, I64]:
        column, currency = part.properties.column("revenue_minor"), coded(part, "currency")
        minor = column if isinstance(column, np.ndarray) else np.full(part.events, np.nan)
        codes = np.full(part.events, -1, np.int64) if currency is None else currency.codes.astype(np.int64)
        return minor, ~np.isnan(minor), np.where(codes < 0, self.default_currency, codes)


@dataclass(frozen=True)
class Trend:
    """By the period of the first step: int64[periods, 2], those who entered and those who took all ``steps``."""

    starts: I64
    labels: tuple[str, ...]
    steps: int
    over_us: int

    @property
    def definition(self) -> Definition:
        return Definition("Trend: by the time of the first step; a period is complete when all its windows are over.")

    def periods(self, part: JourneyColumns, found: Attempts) -> I64:
        """The period of each attempt."""
        return np.maximum(np.searchsorted(self.starts, found.times[found.first], "right") - 1, 0)

    def count(self, part: JourneyColumns, found: Attempts, group: I64, groups: int) -> I64:
        place, n = self.periods(part, found), len(self.labels)
        done = place[found.level == self.steps]
        return np.stack((np.bincount(place, minlength=n), np.bincount(done, minlength=n)), axis=1)

    def tell(self, sums: I64) -> list[FunnelPeriod]:
        ends = np.append(self.starts[1:], np.iinfo(np.int64).max)
        return [
            FunnelPeriod(
                period=label,
                entered=int(entered),
                converted=int(converted),
                rate=share(converted, entered),
                complete=bool(end <= self.over_us),
            )
            for label, (entered, converted), end in zip(self.labels, sums, ends, strict=True)
        ]


@dataclass(frozen=True)
class Afterwards:
    """What the dropped did after their furthest step: int64[steps, kinds + 1], the last for no further step.

    ``touchpoints`` None: the next event; else the next touchpoint.
    """

    steps: int
    names: tuple[str, ...]
    touchpoints: Touchpoints | None

    @property
    def definition(self) -> Definition:
        if self.touchpoints is None:
            return Definition("Next: the first event of the dropped after their last step.")
        return Definition("Next: the first touchpoint of the dropped after their last step.")

    def kinds(self, part: JourneyColumns, found: Attempts) -> I64:
        """What each attempt that was dropped did next; -1 for others."""
        code = part.event.astype(np.int64) if self.touchpoints is None else self.touchpoints.codes(part)
        row = np.where(code >= 0, np.arange(part.events), part.events)
        following = np.append(np.minimum.accumulate(row[::-1])[::-1], part.events)
        dropped = np.flatnonzero((found.level < self.steps) & ~found.still_open)
        coming = following[found.last[dropped] + 1]
        mine = coming < part.offsets[found.customer[dropped] + 1]
        kinds = np.full(len(found.level), -1, np.int64)
        kinds[dropped] = np.where(mine, np.append(code, 0)[np.where(mine, coming, -1)], len(self.names))
        return kinds

    def count(self, part: JourneyColumns, found: Attempts, group: I64, groups: int) -> I64:
        kinds, width = self.kinds(part, found), len(self.names) + 1
        went = np.flatnonzero(kinds >= 0)
        cells = (found.level[went].astype(np.int64) - 1) * width + kinds[went]
        return np.bincount(cells, minlength=self.steps * width).reshape(self.steps, width)

    def tell(self, sums: I64) -> list[list[Count]]:
        """Per step the most frequent, and all others together."""
        return [counts(row, [*self.names, NO_FURTHER], MOST_NEXT) for row in sums]

    def listed(self, names: Sequence[Count]) -> list[str | None]:
        return [count.name for count in names]
