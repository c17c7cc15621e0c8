"""Models of repeat buying and of spending, fitted to buyers; and the reasons why none can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from periplo.analysis.value import bgnbd, gammagamma, paretonbd
from periplo.analysis.value.buyers import Ahead, Buyers
from periplo.analysis.value.likelihood import Maximum, maximise
from periplo.errors import DataError, UsageError
from periplo.journeys.columns import F64, I64

Model = Literal["bg/nbd", "pareto/nbd"]
LEAST = 10
"""So many customers must have come back before a model is fitted."""
_BLOCK = 100_000


class OrderKind(Protocol):
    """What a model of repeat buying is: pure functions of its parameters (see ``bgnbd``)."""

    NAMES: tuple[str, ...]
    START: F64

    def log_likelihood(self, parameters: F64, buyers: Buyers) -> tuple[F64, F64]: ...
    def alive(self, parameters: F64, buyers: Buyers) -> F64: ...
    def expected(self, parameters: F64, buyers: Buyers, ahead: Ahead) -> F64: ...


KINDS: dict[Model, Any] = {"bg/nbd": bgnbd, "pareto/nbd": paretonbd}


@dataclass(frozen=True)
class OrderModel:
    """A fitted model of repeat buying."""

    model: Model
    maximum: Maximum
    customers: int

    def alive(self, buyers: Buyers) -> F64:
        found: F64 = KINDS[self.model].alive(self.maximum.values, buyers)
        return found

    def expected(self, buyers: Buyers, ahead: Ahead | float, parameters: F64 | None = None) -> F64:
        """Orders in the time ahead; with other ``parameters`` than the fitted ones where they are given."""
        values = self.maximum.values if parameters is None else parameters
        found: F64 = KINDS[self.model].expected(values, buyers, ahead if isinstance(ahead, Ahead) else Ahead(ahead))
        return found


@dataclass(frozen=True)
class MoneyModel:
    """A fitted Gamma-Gamma model, ``customers`` those it was fitted on."""

    maximum: Maximum
    customers: int

    def expected(self, orders: F64, mean: F64, parameters: F64 | None = None) -> F64:
        return gammagamma.expected(self.maximum.values if parameters is None else parameters, orders, mean)


def fit_orders(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, model: Model = "bg/nbd") -> OrderModel:
    """The most likely model of repeat buying: one number per customer each, as ``Buyers`` says.

    Raises ``UsageError`` for numbers that cannot be, and ``DataError`` where too few came back.
    """
    return fit_buyers(Buyers.of(frequency, recency, age), model)


def fit_buyers(buyers: Buyers, model: Model = "bg/nbd") -> OrderModel:
    _enough(buyers.repeaters)
    scale = float(buyers.age.mean())
    if scale == 0 or not buyers.age.any():
        raise DataError("No model: all orders are at one instant.")
    distinct, _, alike = buyers.distinct()
    parts = _blocks(distinct, alike)
    kind = KINDS[model]
    times = np.array([scale if name in {"alpha", "beta"} else 1.0 for name in kind.NAMES])

    def likelihood(logs: F64) -> tuple[float, F64]:
        parameters = np.exp(logs)
        value, slope = 0.0, np.zeros(len(logs))
        for part, weight in parts:
            each, slopes = kind.log_likelihood(parameters, part)
            value, slope = value + float(each @ weight), slope + slopes @ weight
        return value, slope * parameters

    return OrderModel(model, maximise(likelihood, kind.NAMES, kind.START, times, len(buyers)), len(buyers))


def fit_money(orders: ArrayLike, mean: ArrayLike) -> MoneyModel:
    """The most likely Gamma-Gamma model: per customer how many (repeat) orders, and their mean amount.

    Customers without orders, or whose orders cost nothing, tell nothing and are left out. Raises ``UsageError`` for
    numbers that cannot be, and ``DataError`` where there is too little to learn from.
    """
    n, m = np.asarray(orders, np.float64), np.asarray(mean, np.float64)
    if len(n) != len(m) or not (np.isfinite(n) & (n >= 0) & np.isfinite(m[n > 0].sum())).all():
        raise UsageError("Each customer needs a number of orders and their mean amount.")
    some = (n > 0) & (m > 0)
    n, m = n[some], m[some]
    _enough(len(n))
    if np.ptp(m) == 0:
        raise DataError("No model of spending: all customers spend the same on an order.")
    scale = np.array([1.0, 1.0, float(m.mean())])

    def likelihood(logs: F64) -> tuple[float, F64]:
        parameters = np.exp(logs)
        each, slopes = gammagamma.log_likelihood(parameters, n, m)
        return float(each.sum()), slopes.sum(axis=1) * parameters

    found = maximise(likelihood, gammagamma.NAMES, gammagamma.START, scale, len(n))
    if found.values[1] <= 1:
        raise DataError("No model of spending: amounts differ so much that they have no mean (q is at most 1).")
    return MoneyModel(found, len(n))


def _enough(repeaters: int) -> None:
    if repeaters < LEAST:
        raise DataError(
            "No model: it needs {least} customers who ordered again, and there {n:is|are} {n}.",
            least=LEAST,
            n=repeaters,
        )


def _blocks(buyers: Buyers, alike: I64) -> list[tuple[Buyers, F64]]:
    rows = [np.arange(first, min(first + _BLOCK, len(buyers))) for first in range(0, len(buyers), _BLOCK)]
    return [(buyers.pick(each), alike[each].astype(np.float64)) for each in rows]
