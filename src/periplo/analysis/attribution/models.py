"""The models of attribution: who gets the credit for a conversion."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Literal, get_args

import numpy as np

from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import F64
from periplo.journeys.kernels.attribution import BY_PLACE, LAST_NON_DIRECT, LINEAR, SHAPLEY, TIME_DECAY

Model = Literal[
    "first",
    "last",
    "last_non_direct",
    "linear",
    "time_decay",
    "position",
    "j",
    "inverse_j",
    "custom",
    "markov",
    "shapley",
]
MODELS: tuple[Model, ...] = get_args(Model)
PLACES = ("first", "middle", "last")
SHARES: Mapping[Model, tuple[float, float, float]] = {
    "first": (1, 0, 0),
    "last": (0, 0, 1),
    "position": (0.4, 0.2, 0.4),
    "j": (0.2, 0.2, 0.6),
    "inverse_j": (0.6, 0.2, 0.2),
}
"""What the first touch, those between together, and the last one get."""
BY_PLACES: tuple[Model, ...] = (*SHARES, "custom")
ROWS: Mapping[Model, int] = {
    "last_non_direct": LAST_NON_DIRECT,
    "linear": LINEAR,
    "time_decay": TIME_DECAY,
    "shapley": SHAPLEY,
    **{model: BY_PLACE + place for place, model in enumerate(BY_PLACES)},
}
"""The models that give credit path by path, as the rows of it."""
LONGEST_MEMORY = 3

MEANINGS: Mapping[Model, str] = {
    "first": "First: all to the first touch.",
    "last": "Last: all to the last touch.",
    "last_non_direct": "Last non-direct: all to the last touch that is not direct ({direct}); where all are, to the "
    "last.",
    "linear": "Linear: each touch alike.",
    "time_decay": "Time decay: a touch counts half as much as one {half_life} later.",
    "position": "Position: 40 % to the first touch, 40 % to the last, 20 % to those between.",
    "j": "J: 20 % to the first touch, 60 % to the last, 20 % to those between.",
    "inverse_j": "Inverse J: 60 % to the first touch, 20 % to the last, 20 % to those between.",
    "custom": "Custom: weight {first} for the first touch, {last} for the last, {middle} for those between.",
    "markov": "Markov: in proportion to removal effects, the share of the probability of a conversion that is lost "
    "when those who reach a touch go no further, exactly, in a chain that remembers {order}.",
    "shapley": "Shapley: a path's different touches alike, which is the exact Shapley value where a set of touches "
    "earns the conversions of the paths that need no others.",
}
"""What each gives to whom, in words known to the catalogue."""


def shares_by_place(weights: Mapping[str, float] | None) -> F64:
    """The shares of first, middle, last of all models by place (float64[models, 3]), the given ones as the last.

    Raises ``UnknownName`` for another place, ``UsageError`` where they are negative or all zero.
    """
    given = [] if weights is None else [_checked(weights)]
    return np.array([*SHARES.values(), *given], np.float64)


def check_memory(order: int) -> None:
    """Raises ``UsageError`` for an order of the Markov chain that is not offered."""
    if not 1 <= order <= LONGEST_MEMORY:
        raise UsageError("A Markov chain remembers 1 to {most} touches, not {n}.", most=LONGEST_MEMORY, n=order)


def _checked(weights: Mapping[str, float]) -> tuple[float, ...]:
    for place in weights:
        if place not in PLACES:
            raise UnknownName("place in a path", place, PLACES)
    found = tuple(float(weights.get(place, 0.0)) for place in PLACES)
    if not all(isfinite(each) and each >= 0 for each in found) or not any(found):
        raise UsageError(
            "Weights are numbers from 0 up, one of them above 0.", fix="For example first=0.3, middle=0.4, last=0.3."
        )
    return found
