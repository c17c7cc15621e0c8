"""Two groups of customers against each other: the difference of shares, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from periplo.analysis.basis import Basis, Step
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns
from periplo.journeys.kernels.paths import spread
from periplo.language import Lang, number, t
from periplo.predicates import Predicate, evaluate_customers

Z = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The ``share`` among those asked for less that among all ``others``, and its 95 % interval.

    ``n`` and ``n_others`` are what the shares count.
    """

    share: float
    others: float
    difference: float
    low: float
    high: float
    n: int
    n_others: int


@dataclass(frozen=True)
class Versus:
    """The customers for whom ``predicate`` holds at the end of the window, against all others."""

    name: str
    predicate: Predicate

    def inside(self, part: JourneyColumns) -> Bool:
        return evaluate_customers(self.predicate, part)


def versus_of(journeys: Basis, given: Step | None) -> Versus | None:
    """The group of the option ``versus``: the name of a segment, or a predicate. Raises ``UnknownName``."""
    if given is None:
        return None
    if isinstance(given, str) and given in journeys.segments:
        return Versus(given, journeys.predicate({"segment": given}))
    condition = journeys.condition(given)
    return Versus(condition.name, condition.predicate)


def inside_of(versus: Versus | None, part: JourneyColumns) -> Bool:
    """Who belongs to the group; nobody where there is none."""
    return versus.inside(part) if versus else np.zeros(part.customers, np.bool_)


@dataclass(frozen=True)
class Facts:
    """What is counted, one by one: whose it is (together, ascending), in which cell; ``inside`` per customer."""

    owner: I64
    cell: I64
    inside: Bool

    def beside(self, other: Facts) -> Facts:
        """These facts, and those of the customers after them."""
        return Facts(
            np.concatenate((self.owner, other.owner + len(self.inside))),
            np.concatenate((self.cell, other.cell)),
            np.concatenate((self.inside, other.inside)),
        )

    def in_cells(self, place: I64) -> Facts:
        return Facts(self.owner, place[self.cell], self.inside)


def differences(facts: Facts, base: I64, bases: int) -> list[Difference | None]:
    """The difference of each cell's share of its ``base`` (int64[cells]); None where one of the groups has nothing.

    Newcombe's hybrid score interval of two independent shares (Stat. Med. 17, 1998, method 10). What one customer did
    is alike, so the numbers it rests on are divided by the design effect (Kish 1965), at least 1: the variance of the
    ratio over customers by that of as many independent facts.
    """
    cells = len(base)
    those = facts.inside[facts.owner]
    n = np.stack([np.bincount(facts.cell[side], minlength=cells) for side in (those, ~those)])
    whole = np.stack([np.bincount(base, row, bases) for row in n])[:, base]
    _, squares, crossed, people, sizes = spread(facts.owner, facts.cell, base, bases)
    effect = _design_effect(n.sum(0), whole.sum(0), squares, crossed, people[base], sizes[base])
    low, high = newcombe(n[0], whole[0], n[1], whole[1], effect)
    return [
        _difference(*numbers)
        for numbers in zip(*(each.tolist() for each in (n[0], whole[0], n[1], whole[1], low, high)), strict=True)
    ]


def of_customers(n: I64, whole: int, n_others: I64, whole_others: int) -> list[Difference | None]:
    """The differences of shares of customers, each of whom counts once."""
    sizes = np.full(len(n), whole), np.full(len(n), whole_others)
    low, high = newcombe(n, sizes[0], n_others, sizes[1], np.ones(len(n)))
    columns = (n, sizes[0], n_others, sizes[1], low, high)
    return [_difference(*numbers) for numbers in zip(*(each.tolist() for each in columns), strict=True)]


def newcombe(x: I64, n: F64 | I64, x_others: I64, n_others: F64 | I64, effect: F64) -> tuple[F64, F64]:
    """Lower and upper bound of x / n - x_others / n_others, the numbers divided by the design effect."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = x / n, x_others / n_others
        (low, high), (low_others, high_others) = _wilson(p, n / effect), _wilson(q, n_others / effect)
        down = np.sqrt((p - low) ** 2 + (high_others - q) ** 2)
        up = np.sqrt((high - p) ** 2 + (q - low_others) ** 2)
    return p - q - down, p - q + up


def _wilson(p: F64, n: F64) -> tuple[F64, F64]:
    """Wilson's score interval of a share."""
    middle, spread_ = p + Z**2 / (2 * n), Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return (middle - spread_) / (1 + Z**2 / n), (middle + spread_) / (1 + Z**2 / n)


def _design_effect(x: I64, n: F64, squares: F64, crossed: F64, people: I64, sizes: F64) -> F64:
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        gathered = (squares - 2 * p * crossed + p**2 * sizes) * people / (people - 1)
        found = gathered / (n * p * (1 - p))
    return np.maximum(np.nan_to_num(found, nan=1.0, posinf=1.0), 1.0)


def _difference(n: float, whole: float, n_others: float, others: float, low: float, high: float) -> Difference | None:
    if not whole or not others:
        return None
    return Difference(
        share=n / whole,
        others=n_others / others,
        difference=n / whole - n_others / others,
        low=max(low, -1.0),
        high=min(high, 1.0),
        n=int(n),
        n_others=int(n_others),
    )


def points(difference: Difference | None, lang: Lang) -> str:
    """A difference as percentage points with its sign and interval: ``+3.2 (1.1 to 5.3)``."""
    if difference is None:
        return "–"
    low, high = (signed(each, lang) for each in (difference.low, difference.high))
    return t("{difference} ({low} to {high})", lang, difference=signed(difference.difference, lang), low=low, high=high)


def signed(share: float, lang: Lang) -> str:
    """A share in percentage points, with its sign."""
    text = number(abs(share) * 100, lang, 1)
    sign = "" if not text.strip("0.,") else "+" if share > 0 else "−"
    return sign + text
