"""Credit for conversions, added up from paths of touches: parts add up to the whole exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm
from typing import NamedTuple

import numpy as np

from periplo.analysis.attribution.markov import Steps, counted, removal_effects
from periplo.analysis.attribution.models import ROWS, Model
from periplo.journeys.columns import F64, I64, Bool
from periplo.journeys.kernels.attribution import credit, steps

UNIT = lcm(*range(1, 25))
"""A conversion is shared out in so many units, which are whole: sums of parts do not depend on their order. Shares
alike of up to 24 touches are exact; 1.7 thousand million conversions can be counted."""


class Paths(NamedTuple):
    """Paths of touches. Per touch its ``kind`` and ``moment`` (us); per path its touches ``low`` up to, not including,
    ``high``, how often it ``converted`` and ``ended`` without a conversion, its ``group``, its ``money`` (units), and
    the ``purse`` it goes into: group * currencies + currency."""

    kind: I64
    moment: I64
    low: I64
    high: I64
    converted: I64
    ended: I64
    group: I64
    money: I64
    purse: I64


@dataclass(frozen=True)
class Tally:
    """What parts add up to.

    ``counts``     int64[models, groups, kinds] units of conversions
    ``monies``     int64[models, purses, kinds] units of money
    ``took_part``  int64[2, groups, kinds] units of conversions with such a touch, and of those with it last
    ``totals``     int64[groups, 3] conversions, those without a touch, ends without a conversion
    ``earned``     int64[purses, 2] units of money of all conversions, and of those without a touch
    ``steps``      of the chain by group; ``gains``: money of the steps to a conversion by purse
    """

    counts: I64
    monies: I64
    took_part: I64
    totals: I64
    earned: I64
    steps: Steps
    gains: Steps

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.counts + other.counts,
            self.monies + other.monies,
            self.took_part + other.took_part,
            self.totals + other.totals,
            self.earned + other.earned,
            _together(self.steps, other.steps),
            _together(self.gains, other.gains),
        )


class Found(NamedTuple):
    """Who gets what.

    ``conversions``, ``money``  per model float64[kinds], and float64[currencies, kinds] in units
    ``took_part``, ``touches``  int64[2, kinds] and int64[kinds]; ``totals`` and ``earned`` as in ``Tally``
    ``probability``             of a conversion in the Markov chain; ``removal``: its effects, float64[kinds]
    """

    conversions: Mapping[Model, F64]
    money: Mapping[Model, F64]
    took_part: I64
    touches: I64
    totals: I64
    earned: I64
    probability: float
    removal: F64


@dataclass(frozen=True)
class Sharing:
    """How credit is shared: by which ``models`` beside the Markov chain, which kinds are ``direct``, the ``half_life``
    (us), the ``shares`` by place, and how many touches the chain remembers (``order``)."""

    models: tuple[Model, ...]
    direct: Bool
    half_life: float
    shares: F64
    order: int
    groups: int = 1
    currencies: int = 1

    @property
    def kinds(self) -> int:
        return len(self.direct)

    @property
    def _keys(self) -> int:
        """How many steps a chain can have."""
        return int((self.kinds + 1) ** self.order * (self.kinds + 2))

    def tally(self, paths: Paths) -> Tally:
        purses = self.groups * self.currencies
        models = np.array([ROWS[model] for model in self.models], np.int64)
        counts, monies, took_part = credit(
            *(paths.low, paths.high, paths.kind, paths.moment, models, self.direct, self.half_life, self.shares),
            *(paths.group, paths.purse, paths.converted * UNIT, paths.money, self.groups, purses),
        )
        bare = paths.low == paths.high
        per_path = (paths.converted, np.where(bare, paths.converted, 0), paths.ended)
        totals = np.stack([_sums(paths.group, each, self.groups) for each in per_path], axis=1)
        money = (paths.money, np.where(bare, paths.money, 0))
        earned = np.stack([_sums(paths.purse, each, purses) for each in money], axis=1)
        walked = [each[~bare] for each in (paths.low, paths.high, paths.group, paths.converted, paths.ended)]
        low, high, group, converted, ended = walked
        base = group * self._keys
        key, times, final = steps(low, high, paths.kind, base, self.kinds, self.order, converted, ended)
        gain = final - base + paths.purse[~bare] * self._keys
        return Tally(counts, monies, took_part, totals, earned, counted(key, times), counted(gain, paths.money[~bare]))

    def found(self, tally: Tally, group: int | None = None) -> Found:
        """The credit of one group, or of all together."""
        chosen = slice(None) if group is None else slice(group, group + 1)
        shape = (len(self.models), self.groups, self.currencies, self.kinds)
        purses = tally.monies.reshape(shape)[:, chosen].sum(axis=1).astype(np.float64)
        totals = tally.totals[chosen].sum(axis=0)
        earned = tally.earned.reshape(self.groups, self.currencies, 2)[chosen].sum(axis=0)
        conversions = dict(zip(self.models, tally.counts[:, chosen].sum(axis=1) / UNIT, strict=True))
        money = dict(zip(self.models, purses, strict=True))
        walked, gains = self._steps(tally, group)
        expected, removal = removal_effects(walked, self.kinds, self.order, gains)
        conversions["markov"] = _shared(removal[0], totals[0] - totals[1])
        money["markov"] = np.stack([_shared(removal[1 + c], a - b) for c, (a, b) in enumerate(earned)])
        took_part = tally.took_part[:, chosen].sum(axis=1) // UNIT
        touches = _sums(walked.key % (self.kinds + 2), walked.times, self.kinds + 2)[: self.kinds]
        return Found(conversions, money, took_part, touches, totals, earned, float(expected[0]), removal[0])

    def _steps(self, tally: Tally, group: int | None) -> tuple[Steps, list[Steps]]:
        """The steps of one group or of all together, and the gains in each currency."""

        def of(found: Steps, place: I64, wanted: int | None) -> Steps:
            chosen = slice(None) if wanted is None else place == wanted
            return counted(found.key[chosen] % self._keys, found.times[chosen])

        purse = tally.gains.key // self._keys
        gains = [
            of(Steps(tally.gains.key[mine], tally.gains.times[mine]), purse[mine] // self.currencies, group)
            for mine in (purse % self.currencies == currency for currency in range(self.currencies))
        ]
        return of(tally.steps, tally.steps.key // self._keys, group), gains


def _together(one: Steps, other: Steps) -> Steps:
    return counted(np.concatenate((one.key, other.key)), np.concatenate((one.times, other.times)))


def _sums(place: I64, amount: I64, places: int) -> I64:
    if places == 1:
        return np.array([amount.sum()], np.int64)
    return np.bincount(place, amount, places).astype(np.int64)


def _shared(effects: F64, whole: float) -> F64:
    """``whole`` in proportion to the effects."""
    total = effects.sum()
    shared: F64 = effects * (whole / total) if total else np.zeros_like(effects)
    return shared
