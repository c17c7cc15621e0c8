"""Pareto/NBD: buyers order at random, each at their own rate, until a moment of their own when they stop.

D. Schmittlein, D. Morrison, R. Colombo, Counting Your Customers, Management Science 33 (1987), 1-24: rates are
gamma(r, alpha), rates of stopping gamma(s, beta). The likelihood is taken as its integral over the moment of stopping
(P. Fader, B. Hardie, A Note on Deriving the Pareto/NBD Model, 2005), which needs no hypergeometric function and
whose derivatives are integrals of the same kind.
"""

from __future__ import annotations

import numpy as np

from periplo.analysis.value.buyers import Ahead, Buyers
from periplo.analysis.value.special import digamma, gammaln, logsumexp
from periplo.journeys.columns import F64

NAMES = ("r", "alpha", "s", "beta")
START = np.array([1.0, 1.0, 1.0, 1.0])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_NOTHING = 45.0
"""What has fallen by exp(-45) adds nothing to a sum in double precision."""


def log_likelihood(parameters: F64, buyers: Buyers) -> tuple[F64, F64]:
    """Per buyer the log-likelihood float64[n], and its derivatives by the parameters float64[4, n]."""
    r, alpha, s, beta = parameters
    x, age = buyers.frequency, buyers.age
    until, stopping = np.log(alpha + age), np.log(beta + age)
    stays = -(r + x) * until - s * stopping
    y, part = _stopped(parameters, buyers)
    stops = logsumexp(part)
    mixed = np.logaddexp(stays, stops)
    alive, share = np.exp(stays - mixed), np.exp(part - mixed)
    gone = share.sum(axis=0)
    slopes = np.stack(
        (
            digamma(r + x) - digamma(r) + np.log(alpha) - alive * until - (share * np.log(alpha + y)).sum(axis=0),
            r / alpha - (r + x) * (alive / (alpha + age) + (share / (alpha + y)).sum(axis=0)),
            np.log(beta) - alive * stopping + gone / s - (share * np.log(beta + y)).sum(axis=0),
            s / beta - alive * s / (beta + age) - (s + 1) * (share / (beta + y)).sum(axis=0),
        )
    )
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + mixed, slopes


def alive(parameters: F64, buyers: Buyers) -> F64:
    """The probability that each buyer has not stopped."""
    r, alpha, s, beta = parameters
    stays = -(r + buyers.frequency) * np.log(alpha + buyers.age) - s * np.log(beta + buyers.age)
    stops = logsumexp(_stopped(parameters, buyers)[1])
    found: F64 = np.exp(stays - np.logaddexp(stays, stops))
    return found


def expected(parameters: F64, buyers: Buyers, ahead: Ahead) -> F64:
    """The orders each buyer is expected to make in the time ahead (Fader and Hardie 2005, equation 41)."""
    r, alpha, s, beta = parameters
    lasting = np.zeros(len(buyers))
    for end, share in ahead.parts:
        far = np.log1p(end / (beta + buyers.age))
        lasting += share * (far if abs(s - 1) < 1e-9 else -np.expm1((1 - s) * far) / (s - 1))
    rate = (r + buyers.frequency) / (alpha + buyers.age)
    found: F64 = alive(parameters, buyers) * rate * (beta + buyers.age) * lasting
    return found


def _stopped(parameters: F64, buyers: Buyers) -> tuple[F64, F64]:
    """Moments of stopping between the last order and now, float64[nodes, n], and the logarithm of what each adds.

    Gauss-Legendre over log(y + min(alpha, beta)), in which both factors are smooth however small the parameters, as
    far as they have not vanished.
    """
    r, alpha, s, beta = parameters
    x, last, age = buyers.frequency, buyers.recency, buyers.age
    vanished = (alpha + last) * np.exp(np.minimum(_NOTHING / (r + x), 700)) - alpha
    least = min(alpha, beta)
    low, high = np.log(least + last), np.log(least + np.minimum(age, vanished))
    half = np.maximum(high - low, 0) / 2
    moved = low + half + np.multiply.outer(_NODES, half)
    y = np.maximum(np.exp(moved) - least, 0)
    with np.errstate(divide="ignore"):
        weight = np.log(np.multiply.outer(_WEIGHTS, half)) + moved
    return y, np.log(s) + weight - (r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y)
