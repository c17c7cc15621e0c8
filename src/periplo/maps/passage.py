"""A question beside the stage flow: to which stages customers went on, and what money moved where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import F64, I64, JourneyColumns
from periplo.maps.money import Money, Purse
from periplo.maps.placing import Stages, onward, stage_codes


@dataclass(frozen=True)
class PassageState:
    """``reached`` int64[stages, stages]; ``earned`` and ``returned`` float64[2, stages, currencies]."""

    reached: I64
    earned: F64
    returned: F64


@dataclass(frozen=True)
class Passage:
    """What the map needs of each stage by id."""

    reached: dict[str, dict[str, int]]
    orders: dict[str, tuple[Money, ...]]
    returns: dict[str, tuple[Money, ...]]


@dataclass(frozen=True)
class PassageQuestion:
    """The question (law 4): parts of whole customers are counted apart and added up."""

    stages: Stages
    earning: Purse
    returning: Purse

    def map(self, part: JourneyColumns) -> PassageState:
        codes, count = stage_codes(part, self.stages), len(self.stages)
        earned, returned = (purse.summed(part, codes, count) for purse in (self.earning, self.returning))
        return PassageState(onward(part.offsets, codes, count), earned, returned)

    def merge(self, left: PassageState, right: PassageState) -> PassageState:
        return PassageState(left.reached + right.reached, left.earned + right.earned, left.returned + right.returned)

    def finish(self, state: PassageState) -> Passage:
        ids = [name for name, _ in self.stages]
        rows = zip(ids, state.reached, strict=True)
        return Passage(
            {name: {ids[to]: int(row[to]) for to in np.flatnonzero(row)} for name, row in rows},
            {name: self.earning.money(state.earned, place) for place, name in enumerate(ids)},
            {name: self.returning.money(state.returned, place) for place, name in enumerate(ids)},
        )
