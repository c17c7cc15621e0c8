"""Maximum likelihood for parameters that are all positive: estimates, standard errors, intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import scipy

from periplo.analysis.value.special import ndtri
from periplo.journeys.columns import F64

LogLikelihood = Callable[[F64], tuple[float, F64]]
"""From the logarithms of the parameters to the log-likelihood and its gradient by them."""

_FAR = 12.0
"""Logarithms of parameters are held within this of 0: beyond, the data do not tell the parameter from none at all."""
_STEP = 1e-4
_FLAT = 1e-6


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate, its standard error, and its interval; the latter None where the data do not determine it."""

    name: str
    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Maximum:
    """The most likely parameters. ``covariance`` is of their logarithms, from the observed information.

    ``covariance`` None: the likelihood has no peak inside, or is flat there; the estimates stand at its rim.
    """

    names: tuple[str, ...]
    values: F64
    log_likelihood: float
    covariance: F64 | None

    def parameters(self, level: float) -> list[Parameter]:
        """With intervals of ``level``: exp(log estimate ± z x its standard error), so that they stay positive."""
        if self.covariance is None:
            return [Parameter(name=n, value=float(v)) for n, v in zip(self.names, self.values, strict=True)]
        errors, z = np.sqrt(np.diag(self.covariance)), ndtri(0.5 + level / 2)
        return [
            Parameter(
                name=n, value=float(v), se=float(v * e), low=float(v * np.exp(-z * e)), high=float(v * np.exp(z * e))
            )
            for n, v, e in zip(self.names, self.values, errors, strict=True)
        ]


def maximise(likelihood: LogLikelihood, names: Sequence[str], start: F64, scale: F64, weight: float) -> Maximum:
    """The maximum, from ``start``, the parameters divided by ``scale``; ``weight``: how many observations there are.

    Quasi-Newton (BFGS) on the logarithms, then Newton steps with the information, which also says how sure
    the estimates are.
    """
    shift = np.log(scale)

    def loss(x: F64) -> tuple[float, F64]:
        value, slope = likelihood(x + shift)
        beyond = np.sign(x) * np.maximum(np.abs(x) - _FAR, 0)
        return -value / weight + float(beyond @ beyond), -slope / weight + 2 * beyond

    found = scipy.optimize.minimize(
        loss, np.log(start), jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 300}
    )
    x, information = _polished(loss, np.asarray(found.x, np.float64))
    value, slope = loss(x)
    peak = np.abs(slope).max() < _FLAT and np.abs(x).max() < _FAR
    covariance = _inverse(information) / weight if peak and _is_peak(information) else None
    return Maximum(tuple(names), np.exp(x + shift), -value * weight, covariance)


def _polished(loss: LogLikelihood, x: F64) -> tuple[F64, F64]:
    """A few Newton steps, as long as they go down; the information at the end."""
    information = _information(loss, x)
    for _ in range(8):
        value, slope = loss(x)
        if np.abs(slope).max() < 1e-10 or not _is_peak(information):
            break
        step = np.linalg.solve(information, slope)
        if np.abs(step).max() > 1 or loss(x - step)[0] > value + 1e-14 * abs(value):
            break
        x = x - step
        information = _information(loss, x)
    return x, information


def _information(loss: LogLikelihood, x: F64) -> F64:
    """The second derivatives, from central differences of the gradient."""
    steps = np.eye(len(x)) * _STEP
    rows = [(loss(x + step)[1] - loss(x - step)[1]) / (2 * _STEP) for step in steps]
    whole = np.array(rows)
    return (whole + whole.T) / 2


def _is_peak(information: F64) -> bool:
    return bool(np.isfinite(information).all() and np.linalg.eigvalsh(information).min() > 1e-9)


def _inverse(information: F64) -> F64:
    return np.asarray(np.linalg.inv(information), np.float64)
