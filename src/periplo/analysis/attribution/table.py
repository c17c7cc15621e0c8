"""From credit in units to the numbers of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from periplo.analysis.attribution.credits import Found
from periplo.analysis.attribution.models import Model
from periplo.analysis.attribution.result import Attributed, Credit, Credits, Earned
from periplo.analysis.numbers import share
from periplo.journeys.columns import F64

RANK: Model = "linear"
"""By whose conversions all models side by side are ranked."""


@dataclass(frozen=True)
class Table:
    """``kinds`` are the names of touches; money comes in ``units`` to the minor unit; ``currencies`` may hold "" for
    money of none."""

    kinds: Sequence[str]
    currencies: Sequence[str]
    units: float
    models: Sequence[Model]

    def credits(self, found: Found, cost: F64, still_open: int = 0, group: str | None = None) -> Credits:
        """``cost`` float64[currencies, kinds] in minor units, NaN where nothing is known to be spent."""
        spent = ~np.isnan(cost)
        active = np.flatnonzero((found.earned[:, 0] != 0) | spent.any(axis=1)).tolist()
        shown = np.flatnonzero((found.touches > 0) | spent.any(axis=0)).tolist()
        rank = found.conversions[RANK if RANK in self.models and len(self.models) > 1 else self.models[0]]
        ordered = sorted(shown, key=lambda kind: (-rank[kind], -found.touches[kind], self.kinds[kind]))
        attributed = [self._attributed(found, kind, active, cost) for kind in ordered]
        if found.totals[1]:
            attributed.append(self._without(found, active))
        return Credits(
            conversions=int(found.totals[0]),
            ended=int(found.totals[2]),
            probability=found.probability,
            attributed=attributed,
            still_open=still_open,
            group=group,
        )

    def _attributed(self, found: Found, kind: int, active: Sequence[int], cost: F64) -> Attributed:
        took_part, ended_with = found.took_part[:, kind].tolist()
        return Attributed(
            name=self.kinds[kind],
            touches=int(found.touches[kind]),
            took_part=took_part,
            assisted=took_part - ended_with,
            credits=[
                self._credit(
                    found,
                    model,
                    float(found.conversions[model][kind]),
                    [
                        self._earned(
                            found.money[model][c, kind], float(found.conversions[model][kind]), c, cost[c, kind]
                        )
                        for c in active
                    ],
                    float(found.removal[kind]) if model == "markov" else None,
                )
                for model in self.models
            ],
        )

    def _without(self, found: Found, active: Sequence[int]) -> Attributed:
        """Conversions without a touch before them: no model can give them to anybody."""
        n = int(found.totals[1])
        money = [self._earned(found.earned[c, 1], n, c, np.nan) for c in active]
        return Attributed(
            name=None,
            touches=0,
            took_part=n,
            assisted=0,
            credits=[self._credit(found, model, n, money) for model in self.models],
        )

    def _credit(
        self, found: Found, model: Model, conversions: float, money: list[Earned], removal: float | None = None
    ) -> Credit:
        return Credit(
            model=model,
            conversions=conversions,
            share=share(conversions, found.totals[0]),
            money=money,
            removal_effect=removal,
        )

    def _earned(self, units: float, conversions: float, currency: int, cost: float) -> Earned:
        value = float(units / self.units)
        if np.isnan(cost):
            return Earned(currency=self.currencies[currency] or None, value=value)
        return Earned(
            currency=self.currencies[currency] or None,
            value=value,
            cost=float(cost),
            cost_per_conversion=float(cost / conversions) if conversions > 0 else None,
            roas=float(value / cost) if cost > 0 else None,
        )
