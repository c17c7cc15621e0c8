"""What customers are expected to order and to be worth, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from periplo.analysis.value.buyers import Ahead, Buyers
from periplo.analysis.value.likelihood import Maximum
from periplo.analysis.value.models import MoneyModel, OrderModel
from periplo.analysis.value.special import ndtri
from periplo.journeys.columns import F64, I64

WEEKS_PER_YEAR = 365.25 / 7
_STEP = 1e-4
Interval = tuple[float, float]


@dataclass(frozen=True)
class Terms:
    """What is looked at: ``weeks`` from now, money discounted by ``discount`` a year (0.1 is 10 %), of which
    ``margin`` is kept."""

    weeks: float
    discount: float = 0.0
    margin: float = 1.0

    @property
    def counted(self) -> Ahead:
        return Ahead(self.weeks)

    @property
    def discounted(self) -> Ahead:
        """What each four weeks bring, discounted from their middle."""
        if not self.discount:
            return self.counted
        ends = np.linspace(0, self.weeks, int(np.ceil(self.weeks / 4)) + 1)
        factors = (1 + self.discount) ** (-(ends[1:] + ends[:-1]) / 2 / WEEKS_PER_YEAR)
        shares = factors - np.append(factors[1:], 0.0)
        return Ahead(self.weeks, tuple(zip(ends[1:].tolist(), shares.tolist(), strict=True)))


class Worth:
    """Per customer the probability to be ``alive``, the expected ``orders`` and ``value`` ahead (minor units).

    ``spent_n`` and ``spent_mean``: orders with an amount and their mean, of repeat purchases. Without a model of
    spending every order is worth ``plain_mean``; without that either there is no value.

    Errors of expectations come from those of the parameters (delta method, derivatives by the logarithms of the
    parameters); the two models are fitted apart, so their errors are independent.
    """

    def __init__(
        self,
        model: OrderModel,
        buyers: Buyers,
        terms: Terms,
        money: MoneyModel | None,
        spent: tuple[F64, F64],
        plain_mean: float | None,
    ) -> None:
        self.terms, self._model, self._money = terms, model, money
        self._spent, self._plain = spent, plain_mean
        self._distinct, self._place, _ = buyers.distinct()
        self.alive = model.alive(self._distinct)[self._place]
        self.orders = self._orders(model.maximum.values)[self._place]
        self._weighted = self._valuable(model.maximum.values)
        self.mean = None if money is None and plain_mean is None else self._means(None)
        self.value = None if self.mean is None else self._weighted[self._place] * self.mean * terms.margin
        self._slopes = _derivatives(self._orders, model.maximum)
        self._worthy = _derivatives(self._valuable, model.maximum) if terms.discount else self._slopes

    def orders_between(self, who: I64, level: float) -> Interval | None:
        """The interval of the expected orders of some customers together."""
        if self._slopes is None or self._model.maximum.covariance is None:
            return None
        slope = self._slopes @ np.bincount(self._place[who], minlength=len(self._distinct))
        return _around(float(self.orders[who].sum()), _spread(slope, self._model.maximum.covariance), level)

    def value_between(self, who: I64, level: float) -> Interval | None:
        """The interval of the expected value of some customers together."""
        if self.value is None or self.mean is None or self._worthy is None or self._model.maximum.covariance is None:
            return None
        kept = np.bincount(self._place[who], self.mean[who] * self.terms.margin, len(self._distinct))
        variance = _spread(self._worthy @ kept, self._model.maximum.covariance)
        if self._money is not None:
            slopes = _derivatives(lambda values: self._means(values)[who], self._money.maximum)
            if slopes is None or self._money.maximum.covariance is None:
                return None
            weights = self._weighted[self._place[who]] * self.terms.margin
            variance += _spread(slopes @ weights, self._money.maximum.covariance)
        return _around(float(self.value[who].sum()), variance, level)

    def _orders(self, values: F64) -> F64:
        return self._model.expected(self._distinct, self.terms.counted, values)

    def _valuable(self, values: F64) -> F64:
        return self._model.expected(self._distinct, self.terms.discounted, values)

    def _means(self, values: F64 | None) -> F64:
        if self._money is None:
            return np.full(len(self._place), self._plain, np.float64)
        return self._money.expected(*self._spent, parameters=values)


def _derivatives(what: Callable[[F64], F64], at: Maximum) -> F64 | None:
    """By the logarithms of the parameters, float64[parameters, n]; None where these are not determined."""
    if at.covariance is None:
        return None
    steps = np.exp(np.eye(len(at.values)) * _STEP)
    return np.stack([(what(at.values * step) - what(at.values / step)) / (2 * _STEP) for step in steps])


def _spread(slope: F64, covariance: F64) -> float:
    return float(slope @ covariance @ slope)


def _around(middle: float, variance: float, level: float) -> Interval:
    """On the logarithmic scale, as nothing expected is below zero."""
    if middle <= 0:
        return 0.0, 0.0
    far = float(np.exp(ndtri(0.5 + level / 2) * np.sqrt(variance) / middle))
    return middle / far, middle * far
