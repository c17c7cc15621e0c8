"""BG/NBD: buyers order at random, each at their own rate, and may stop after any order.

P. Fader, B. Hardie, K. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005), 275-284: rates are
gamma(r, alpha), the chance of stopping after an order is beta(a, b). Who never ordered again is alive for certain.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, hyp2f1

from periplo.analysis.value.buyers import Buyers
from periplo.journeys.columns import F64

NAMES = ("r", "alpha", "a", "b")
START = np.array([1.0, 1.0, 1.0, 2.0])
_APART = 1e-5


def log_likelihood(parameters: F64, buyers: Buyers) -> tuple[F64, F64]:
    """Per buyer the log-likelihood float64[n], and its derivatives by the parameters float64[4, n]."""
    r, alpha, a, b = parameters
    x, last, age = buyers.frequency, buyers.recency, buyers.age
    again = np.maximum(x, 1)
    stays = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x) - (r + x) * np.log(alpha + age)
    with np.errstate(divide="ignore"):
        stops = np.where(
            x > 0,
            gammaln(a + 1)
            - gammaln(a)
            + gammaln(a + b)
            + gammaln(b + again - 1)
            - gammaln(b)
            - gammaln(a + b + again)
            - (r + x) * np.log(alpha + last),
            -np.inf,
        )
    mixed = np.logaddexp(stays, stops)
    alive = np.exp(stays - mixed)
    gone = 1 - alive
    since, until = np.log(alpha + last), np.log(alpha + age)
    both = digamma(a + b) - digamma(a + b + x)
    slopes = np.stack(
        (
            digamma(r + x) - digamma(r) + np.log(alpha) - alive * until - gone * since,
            r / alpha - (r + x) * (alive / (alpha + age) + gone / (alpha + last)),
            both + gone / a,
            both - digamma(b) + alive * digamma(b + x) + gone * digamma(b + again - 1),
        )
    )
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + mixed, slopes


def alive(parameters: F64, buyers: Buyers) -> F64:
    """The probability that each buyer has not stopped."""
    r, alpha, a, b = parameters
    x = buyers.frequency
    odds = (r + x) * np.log((alpha + buyers.age) / (alpha + buyers.recency))
    odds += np.log(a) - np.log(b + np.maximum(x, 1) - 1)
    found: F64 = np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700))), 1.0)
    return found


def expected(parameters: F64, buyers: Buyers, horizon: float) -> F64:
    """The orders each buyer is expected to make within ``horizon`` (ibid., equation 10, by Pfaff's transformation).

    The equation has a removable gap at a = 1; there the mean of both sides stands.
    """
    r, alpha, a, b = parameters
    if abs(a - 1) < _APART:
        sides = [np.array([r, alpha, 1 + side, b]) for side in (-_APART, _APART)]
        middle: F64 = np.mean([expected(side, buyers, horizon) for side in sides], axis=0)
        return middle
    x = buyers.frequency
    none = hyp2f1(r + x, a - 1, a + b + x - 1, -horizon / (alpha + buyers.age))
    found: F64 = (a + b + x - 1) / (a - 1) * (1 - none) * alive(parameters, buyers)
    return found
