"""The uniform numbers behind every need, drawn once and used in every world that is decided."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from periplo.simulator.arrays import F64


@dataclass(frozen=True)
class Chances:
    """One uniform number per need for each thing that may happen."""

    cart: F64
    checkout: F64
    details: F64
    finish: F64
    coupon: F64
    deny: F64
    accept: F64
    method: F64
    fail: F64
    otherwise: F64
    stock: F64
    elsewhere: F64
    ask: F64
    stay: F64
    wait: F64
    carrier: F64
    ship: F64
    transit: F64
    late: F64
    delay: F64

    @classmethod
    def draw(cls, rng: np.random.Generator, needs: int) -> Chances:
        return cls(*rng.random((len(fields(cls)), needs)))


def waiting(u: F64, mean: float) -> F64:
    """An exponential waiting time from a uniform number."""
    return -mean * np.log1p(-u)
