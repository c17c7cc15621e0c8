"""RFM: customers scored 1 to 5 by how recently, how often and for how much they ordered (SEMANTICS 8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from periplo.analysis.numbers import share
from periplo.analysis.value.purchases import Purchases, Reader
from periplo.analysis.value.rfm_result import RfmCell, RfmGroup, Threshold
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns

SCORES = 5
_SHARES = (0.2, 0.4, 0.6, 0.8)
GROUPS = {
    "champions": ("54", "55"),
    "loyal": ("34", "35", "44", "45"),
    "potential loyalists": ("42", "43", "52", "53"),
    "new": ("51",),
    "promising": ("41",),
    "need attention": ("33",),
    "about to sleep": ("31", "32"),
    "at risk": ("13", "14", "23", "24"),
    "cannot lose them": ("15", "25"),
    "asleep": ("11", "12", "21", "22"),
}
"""Name -> the scores it holds: recency, then the mean of frequency and money; the 25 pairs once each."""


@dataclass(frozen=True)
class Scored:
    """Per customer, ascending by ``number``: scores 1 to 5, and what they were made of.

    ``silent`` days since the last purchase, ``purchases``; ``spent`` per currency (minor units), NaN where nothing;
    ``thresholds`` are the four quantiles that part the scores.
    """

    currencies: tuple[str, ...]
    number: I64
    silent: F64
    purchases: F64
    spent: dict[str, F64]

    @cached_property
    def thresholds(self) -> dict[str, F64]:
        known = {f"money {name}": each[~np.isnan(each)] for name, each in self.spent.items()}
        measured = {"recency": self.silent, "frequency": self.purchases} | known
        return {name: np.quantile(values, _SHARES) for name, values in measured.items() if len(values)}

    @cached_property
    def recency(self) -> I64:
        return SCORES - self._passed("recency", self.silent)

    @cached_property
    def frequency(self) -> I64:
        return 1 + self._passed("frequency", self.purchases)

    @cached_property
    def money(self) -> I64:
        """The best of the scores in the currencies they paid in; 0 where no amount is known."""
        found = np.zeros(len(self.number), np.int64)
        for name, spent in self.spent.items():
            paid = ~np.isnan(spent)
            found[paid] = np.maximum(found[paid], 1 + self._passed(f"money {name}", spent[paid]))
        return found

    @cached_property
    def worth(self) -> I64:
        """The mean of frequency and money, halves up; frequency alone where no amount is known."""
        both = (self.frequency + self.money + 1) // 2
        return np.where(self.money > 0, both, self.frequency)

    def group(self, name: str) -> Bool:
        pairs = [int(pair) for pair in GROUPS[name]]
        return np.isin(self.recency * 10 + self.worth, pairs)

    def _passed(self, name: str, values: F64) -> I64:
        """How many of the thresholds each value is above."""
        if name not in self.thresholds:
            return np.zeros(len(values), np.int64)
        return np.searchsorted(self.thresholds[name], values, "left").astype(np.int64)


@dataclass(frozen=True)
class RfmQuestion:
    """``now``: the end of the window, in the days of ``reader``."""

    reader: Reader
    now: float

    def map(self, part: JourneyColumns) -> Purchases:
        return self.reader.read(part)

    def merge(self, left: Purchases, right: Purchases) -> Purchases:
        return left + right

    def finish(self, state: Purchases) -> Scored:
        number, place = np.unique(state.customer, return_inverse=True)
        last = np.full(len(number), -np.inf)
        np.maximum.at(last, place, state.last)
        spent = {}
        for name, code in sorted(zip(self.reader.currencies, range(len(self.reader.currencies)), strict=True)):
            mine = (state.currency == code) & (state.paid > 0)
            if name and mine.any():
                spent[name] = np.full(len(number), np.nan)
                spent[name][place[mine]] = state.spent[mine]
        return Scored(
            self.reader.currencies,
            number,
            self.now - last,
            np.bincount(place, state.purchases, len(number)).astype(np.float64),
            spent,
        )


def groups(scored: Scored) -> list[RfmGroup]:
    """All groups, from the best to the lost, also those nobody is in: they add up to all buyers."""
    totals = {name: float(np.nansum(each)) for name, each in scored.spent.items()}
    return [_group(scored, name, scored.group(name), totals) for name in GROUPS]


def cells(scored: Scored) -> list[RfmCell]:
    """Customers per recency and worth: 25, also the empty ones."""
    counts = np.bincount(scored.recency * 10 + scored.worth, minlength=100)
    return [
        RfmCell(recency=r, worth=w, group=name_of(r, w), customers=int(counts[r * 10 + w]), ref=f"rfm/{r}/{w}")
        for r in range(SCORES, 0, -1)
        for w in range(1, SCORES + 1)
    ]


def thresholds(scored: Scored) -> list[Threshold]:
    return [Threshold(name, edges.tolist()) for name, edges in scored.thresholds.items()]


def name_of(recency: int, worth: int) -> str:
    return next(name for name, pairs in GROUPS.items() if f"{recency}{worth}" in pairs)


def behind(scored: Scored, ref: str) -> I64 | None:
    """``rfm/<group>`` or ``rfm/<recency>/<worth>``: customer numbers."""
    match ref.split("/"):
        case ["rfm", name] if name in GROUPS:
            mask = scored.group(name)
        case ["rfm", recency, worth] if recency in "12345" and worth in "12345" and len(recency + worth) == 2:
            mask = (scored.recency == int(recency)) & (scored.worth == int(worth))
        case _:
            return None
    return np.sort(scored.number[mask])


def _group(scored: Scored, name: str, mask: Bool, totals: dict[str, float]) -> RfmGroup:
    spent = {currency: float(np.nansum(each[mask])) for currency, each in scored.spent.items()}
    some = bool(mask.any())
    return RfmGroup(
        name=name,
        scores=list(GROUPS[name]),
        ref=f"rfm/{name}",
        customers=int(mask.sum()),
        share=share(mask.sum(), len(mask)),
        median_silent_days=float(np.median(scored.silent[mask])) if some else None,
        mean_purchases=float(scored.purchases[mask].mean()) if some else None,
        spent_minor=spent,
        money_share={currency: share(amount, totals[currency]) for currency, amount in spent.items()},
    )
