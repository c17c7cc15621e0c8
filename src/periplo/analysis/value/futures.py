"""What a single customer may do: futures drawn at random from the fitted models, given what the customer did so far.

An expectation is a mean over many alike; one of them orders three times or never. The draws are seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from periplo.analysis.value.buyers import Buyers
from periplo.analysis.value.models import Model, MoneyModel, OrderModel
from periplo.journeys.columns import F64, I64

DRAWS, SEED = 4000, 20
Random = np.random.Generator
_HARDLY = 1e-12
_MOST = 1e9


def orders_drawn(model: OrderModel, buyers: Buyers, horizon: float, draws: int = DRAWS, seed: int = SEED) -> I64:
    """Orders within ``horizon``, int64[draws, n]."""
    random, size = np.random.default_rng(seed), (draws, len(buyers))
    alive = random.random(size) < model.alive(buyers)
    found: I64 = np.where(alive, _DRAW[model.model](model.maximum.values, buyers, horizon, size, random), 0)
    return found


def spent_drawn(model: MoneyModel, drawn: I64, orders: F64, mean: F64, seed: int = SEED) -> F64:
    """What the orders ``drawn`` cost, float64[draws, n]; the customers had ``orders`` of ``mean`` amount before."""
    p, q, gamma = model.maximum.values
    random = np.random.default_rng(seed + 1)
    nu = random.gamma(p * orders + q, 1 / (gamma + orders * mean), drawn.shape)
    found: F64 = random.gamma(np.maximum(p * drawn, _HARDLY)) / nu * (drawn > 0)
    return found


def _stops_after_orders(values: F64, buyers: Buyers, horizon: float, size: Any, random: Random) -> I64:
    r, alpha, a, b = values
    rate = random.gamma(r + buyers.frequency, 1 / (alpha + buyers.age), size)
    stopping = np.clip(random.beta(a, b + buyers.frequency, size), _HARDLY, 1)
    found: I64 = np.minimum(random.poisson(np.minimum(rate * horizon, _MOST)), random.geometric(stopping))
    return found


def _stops_at_a_time(values: F64, buyers: Buyers, horizon: float, size: Any, random: Random) -> I64:
    r, alpha, s, beta = values
    rate = random.gamma(r + buyers.frequency, 1 / (alpha + buyers.age), size)
    stopping = np.maximum(random.gamma(s, 1 / (beta + buyers.age), size), _HARDLY)
    lasts = np.minimum(random.exponential(1 / stopping), horizon)
    found: I64 = random.poisson(np.minimum(rate * lasts, _MOST))
    return found


_DRAW: dict[Model, Callable[[F64, Buyers, float, Any, Random], I64]] = {
    "bg/nbd": _stops_after_orders,
    "pareto/nbd": _stops_at_a_time,
}
