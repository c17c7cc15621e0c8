"""BG/NBD: buyers order at random, each at their own rate, and may stop after any order.

P. Fader, B. Hardie, K. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005), 275-284: rates are
gamma(r, alpha), the chance of stopping after an order is beta(a, b). Who never ordered again is alive for certain.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy

from periplo.analysis.value.buyers import Ahead, Buyers
from periplo.analysis.value.special import digamma, gammaln
from periplo.journeys.columns import F64

NAMES = ("r", "alpha", "a", "b")
START = np.array([1.0, 1.0, 1.0, 2.0])
_NODES = 40
_BLOCK = 50_000
_TINY = 1e-16


def log_likelihood(parameters: F64, buyers: Buyers) -> tuple[F64, F64]:
    """Per buyer the log-likelihood float64[n], and its derivatives by the parameters float64[4, n]."""
    r, alpha, a, b = parameters
    x, place = buyers.frequencies
    many, again = buyers.frequency, np.maximum(x, 1)
    since, until = np.log(alpha + buyers.recency), np.log(alpha + buyers.age)
    staying = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    with np.errstate(divide="ignore"):
        stopping = staying + np.log(np.where(x > 0, a / (b + again - 1), 0.0))
    stays, stops = staying[place] - (r + many) * until, stopping[place] - (r + many) * since
    mixed = np.logaddexp(stays, stops)
    alive = np.exp(stays - mixed)
    gone = 1 - alive
    rate = digamma(r + x) - digamma(r) + np.log(alpha)
    both = digamma(a + b) - digamma(a + b + x)
    lasting = both + digamma(b + x) - digamma(b)
    slopes = np.stack(
        (
            rate[place] - alive * until - gone * since,
            r / alpha - (r + many) * (alive / (alpha + buyers.age) + gone / (alpha + buyers.recency)),
            both[place] + gone / a,
            lasting[place] - gone / (b + again - 1)[place],
        )
    )
    ordered = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    return ordered[place] + mixed, slopes


def alive(parameters: F64, buyers: Buyers) -> F64:
    """The probability that each buyer has not stopped."""
    r, alpha, a, b = parameters
    x = buyers.frequency
    odds = (r + x) * np.log((alpha + buyers.age) / (alpha + buyers.recency))
    odds += np.log(a) - np.log(b + np.maximum(x, 1) - 1)
    found: F64 = np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700))), 1.0)
    return found


def expected(parameters: F64, buyers: Buyers, ahead: Ahead) -> F64:
    """The orders each buyer is expected to make in the time ahead.

    Who stops after an order with chance p orders (1 - (1 + p t / (alpha + T))^-(r + x)) / p times on average; this is
    its mean over beta(a, b + x), equation 10 ibid. without its hypergeometric function, which loses digits.
    """
    r, alpha, a, b = parameters
    found = np.empty(len(buyers))
    for first in range(0, len(buyers), _BLOCK):
        rows = slice(first, first + _BLOCK)
        x, near = buyers.frequency[rows], 1 / (alpha + buyers.age[rows])
        chance, weight = _chances(a, b + x, ahead.until * near)
        times = np.zeros_like(chance)
        for end, share in ahead.parts:
            times -= share * np.expm1(-(r + x)[:, None] * np.log1p(chance * (end * near)[:, None]))
        found[rows] = (weight * times / chance).sum(axis=1)
    return found * alive(parameters, buyers)


def _chances(a: float, b: F64, far: F64) -> tuple[F64, F64]:
    """Nodes and weights, float64[n, nodes], of means over beta(a, b) of what has a pole at -1 / ``far``.

    p = w / (s - (s - 1) w) moves the pole away from the nodes; with s the root of 1 + far it lies as far from them as
    the pole of the new weight. Gauss-Jacobi over w for beta(a, b less a whole number), about b / s, which the weight
    resembles but for a polynomial. s is a power of 2, so that many buyers share their nodes.
    """
    s = np.exp2(np.rint(np.log2(1 + far) / 2))
    pairs, place = np.unique(np.stack((b, s)), axis=1, return_inverse=True)
    b_of, s_of = pairs[0][:, None], pairs[1][:, None]
    less = np.floor(b_of * (1 - 1 / s_of))
    nodes = [_beta_nodes(float(a), float(shape)) for shape in (b_of - less)[:, 0]]
    w, weights = (np.array(each).reshape(-1, _NODES) for each in zip(*nodes, strict=True)) if nodes else 2 * (b_of,)
    under = s_of - (s_of - 1) * w
    moved = np.log(weights) + less * np.log1p(-w) - (a + b_of) * np.log(under / s_of)
    moved = np.exp(moved - moved.max(axis=1, keepdims=True))
    return (w / under)[place.ravel()], (moved / moved.sum(axis=1, keepdims=True))[place.ravel()]


@lru_cache(maxsize=4096)
def _beta_nodes(a: float, b: float) -> tuple[F64, F64]:
    """Nodes and weights of means over beta(a, b): Gauss-Jacobi by its recurrence.

    G. Golub, J. Welsch, Calculation of Gauss Quadrature Rules, Mathematics of Computation 23 (1969), 221-230.
    """
    k, left, right = np.arange(1.0, _NODES), a - 1, b - 1
    total, both = left + right, 2 * k + left + right
    squares = 4 * k * (k + right) * (k + left) * (k + total) / (both**2 * (both + 1) * (both - 1))
    squares[0] = 4 * (1 + right) * (1 + left) / ((2 + total) ** 2 * (3 + total))
    middle = np.append((left - right) / (total + 2), (left**2 - right**2) / (both * (both + 2)))
    nodes, vectors = scipy.linalg.eigh_tridiagonal(middle, np.sqrt(squares))
    return np.clip((1 + nodes) / 2, _TINY, 1 - _TINY), np.maximum(vectors[0] ** 2, np.finfo(np.float64).tiny)
