"""Purchases per customer and currency, read off journeys: what the models and the groups of customers are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.grouping import OTHER, Grouping
from periplo.analysis.periods import periods
from periplo.analysis.value.buyers import Buyers
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns
from periplo.predicates import Predicate, evaluate_customers
from periplo.vocabulary import Taxonomy

DAY_US = 24 * 3600 * 1_000_000
DAYS_PER_WEEK = 7.0
MOST_GROUPS = 20


@dataclass(frozen=True)
class Purchases:
    """One row per customer and currency they ordered in, customers ascending.

    ``customer`` their number; ``currency`` its code; ``orders``; ``purchases``: days with an order, or orders;
    ``first``, ``last``: when (days since 1970); ``spent`` in minor units, on ``paid`` orders whose amount is known;
    ``again`` and ``again_spent``: the same of repeat purchases; ``group``: the code of their group.
    """

    customer: I64
    currency: I64
    orders: I64
    purchases: I64
    first: F64
    last: F64
    spent: F64
    paid: I64
    again: I64
    again_spent: F64
    group: I64

    def __len__(self) -> int:
        return len(self.customer)

    def __add__(self, other: Purchases) -> Purchases:
        both = (np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(self))
        return Purchases(*both)

    def pick(self, rows: Bool | I64) -> Purchases:
        return Purchases(*(getattr(self, f.name)[rows] for f in fields(self)))

    def buyers(self, now: float) -> Buyers:
        """For the models, in weeks."""
        recency, age = (self.last - self.first) / DAYS_PER_WEEK, (now - self.first) / DAYS_PER_WEEK
        return Buyers((self.purchases - 1).astype(np.float64), recency, age)


class Split(Protocol):
    """Gives customers to groups."""

    def codes(self, part: JourneyColumns, owner: I64, first: I64) -> I64:
        """Per purchaser a code: ``owner`` is their index in the part, ``first`` the row of their first order."""

    def masks(self, codes: I64) -> list[tuple[str, Bool]]:
        """The groups, and who is in each."""


@dataclass(frozen=True)
class AsAtFirst:
    """By a property, a channel or a period as it was at the first order; the largest groups, the rest is "other"."""

    grouping: Grouping

    def codes(self, part: JourneyColumns, owner: I64, first: I64) -> I64:
        return self.grouping.codes(part, first)

    def masks(self, codes: I64) -> list[tuple[str, Bool]]:
        labels = self.grouping.labels
        kept = by_size(np.bincount(codes, minlength=len(labels)), labels)[:MOST_GROUPS]
        found = [(labels[code], codes == code) for code in kept]
        rest = ~np.isin(codes, kept)
        return [*found, (OTHER, rest)] if rest.any() else found


@dataclass(frozen=True)
class InSegments:
    """By segments, of which a customer may be in several: a bit each, so at most 62."""

    segments: tuple[tuple[str, Predicate], ...]

    def codes(self, part: JourneyColumns, owner: I64, first: I64) -> I64:
        bits = np.zeros(part.customers, np.int64)
        for k, (_, predicate) in enumerate(self.segments):
            bits |= evaluate_customers(predicate, part).astype(np.int64) << k
        return bits[owner]

    def masks(self, codes: I64) -> list[tuple[str, Bool]]:
        return [(name, (codes >> k & 1).astype(np.bool_)) for k, (name, _) in enumerate(self.segments)]


@dataclass(frozen=True)
class Reader:
    """Reads purchases off parts of journeys; the same on every part.

    ``days``: the instants at which days begin, where the orders of a customer and currency on one day are one
    purchase; None where each order is one.
    """

    taxonomy: Taxonomy
    currencies: tuple[str, ...]
    default_currency: int
    split: Split | None = None
    days: I64 | None = None

    def read(self, part: JourneyColumns) -> Purchases:
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        money = facts.money(facts.persons(facts.orders.row))
        key = facts.customer(money.row) * len(self.currencies) + money.currency
        order = np.argsort(key, kind="stable")
        key, row, when = key[order], money.row[order], self.moment(part.time_us[money.row[order]])
        fresh = np.diff(key, prepend=-1) != 0
        apart = fresh | (np.diff(when, prepend=-1.0) != 0) if self.days is not None else np.ones_like(fresh)
        owner, begins = np.cumsum(fresh) - 1, np.flatnonzero(fresh)
        ends = np.append(begins[1:], len(key))[: len(begins)] - 1
        known, minor, n = money.known[order], money.minor[order].astype(np.float64), len(begins)
        purchase = np.cumsum(apart) - 1
        repeat = (purchase != purchase[begins][owner]) & known
        paid_purchases = np.unique(purchase[repeat])
        of_purchase = owner[np.flatnonzero(apart)]
        who, currency = np.divmod(key[begins], len(self.currencies))
        return Purchases(
            customer=part.customer[who],
            currency=currency,
            orders=np.bincount(owner, minlength=n),
            purchases=np.bincount(of_purchase, minlength=n),
            first=when[begins],
            last=when[ends],
            spent=_sums(owner, minor, n),
            paid=np.bincount(owner[known], minlength=n),
            again=np.bincount(of_purchase[paid_purchases], minlength=n),
            again_spent=_sums(owner[repeat], minor[repeat], n),
            group=self.split.codes(part, who, row[begins]) if self.split else np.zeros(n, np.int64),
        )

    def moment(self, time_us: I64) -> F64:
        """In days: whole ones where a day is one purchase."""
        if self.days is None:
            return time_us / DAY_US
        return (np.searchsorted(self.days, time_us, "right") - 1).astype(np.float64)

    def now(self, columns: JourneyColumns) -> float:
        return float(self.moment(np.array([columns.until_us]))[0])


def by_size(sizes: I64, names: Sequence[str]) -> list[int]:
    """The codes of what there is any of, the most first, equal ones by name."""
    return sorted(np.flatnonzero(sizes).tolist(), key=lambda code: (-sizes[code], names[code]))


def _sums(place: I64, amounts: F64, n: int) -> F64:
    return np.bincount(place, amounts, n).astype(np.float64)


def days_of(columns: JourneyColumns, zone: str) -> I64:
    """The instants at which the days of the window begin."""
    return periods(columns.since_us, columns.until_us, zone, "day")[0]
