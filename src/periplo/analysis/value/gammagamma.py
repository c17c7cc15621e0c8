"""Gamma-Gamma: what a customer spends per order varies around a mean of their own, whatever their rate of ordering.

P. Fader, B. Hardie, The Gamma-Gamma Model of Monetary Value (2013): amounts are gamma(p, nu), nu is gamma(q, gamma).
"""

from __future__ import annotations

import numpy as np

from periplo.analysis.value.special import digamma, gammaln
from periplo.journeys.columns import F64

NAMES = ("p", "q", "gamma")
START = np.array([2.0, 3.0, 1.0])


def log_likelihood(parameters: F64, orders: F64, mean: F64) -> tuple[F64, F64]:
    """Per customer with ``orders`` (1 or more) of ``mean`` amount: log-likelihood float64[n], slopes float64[3, n]."""
    p, q, gamma = parameters
    shape, total = p * orders, np.log(gamma + orders * mean)
    amount = np.log(mean) + np.log(orders)
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    value += shape * amount - np.log(mean) - (shape + q) * total
    both = digamma(shape + q)
    slopes = np.stack(
        (
            orders * (both - digamma(shape) + amount - total),
            both - digamma(q) + np.log(gamma) - total,
            q / gamma - (shape + q) / (gamma + orders * mean),
        )
    )
    return value, slopes


def expected(parameters: F64, orders: F64, mean: F64) -> F64:
    """The mean amount of each customer's coming orders; of who has none to judge by, everybody's (ibid., equation 5).

    It is finite where q > 1 or there are orders enough.
    """
    p, q, gamma = parameters
    found: F64 = p * (gamma + np.where(orders > 0, orders * mean, 0.0)) / (p * orders + q - 1)
    return found
