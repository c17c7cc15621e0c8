"""The functions of scipy that likelihoods are written in; loading them takes a third of a second, so they wait."""

from __future__ import annotations

from typing import Any

import scipy


def gammaln(x: Any) -> Any:
    """The logarithm of the gamma function."""
    return scipy.special.gammaln(x)


def digamma(x: Any) -> Any:
    """The derivative of ``gammaln``."""
    return scipy.special.digamma(x)


def logsumexp(terms: Any) -> Any:
    """The logarithm of a sum along the first axis, of terms given as logarithms."""
    return scipy.special.logsumexp(terms, axis=0)


def ndtri(share: float) -> float:
    """The quantile of the standard normal distribution."""
    return float(scipy.special.ndtri(share))
