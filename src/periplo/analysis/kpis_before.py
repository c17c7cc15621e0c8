"""Key figures against the period before: changes, and how many customers were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from periplo.analysis.facts import ORDERED, Facts
from periplo.analysis.kpis_result import Kpi
from periplo.analysis.numbers import share
from periplo.journeys.columns import I64, JourneyColumns
from periplo.vocabulary import Taxonomy


def compared(now: Sequence[Kpi], before: Sequence[Kpi]) -> list[Kpi]:
    """The figures with their value in the period before, and the change as a share of it."""
    earlier = {(kpi.id, kpi.group, kpi.currency): kpi.value for kpi in before}
    return [_against(kpi, earlier.get((kpi.id, kpi.group, kpi.currency))) for kpi in now]


def _against(kpi: Kpi, before: float | None) -> Kpi:
    if kpi.value is None or before is None:
        return kpi
    return replace(kpi, before=before, change=(kpi.value - before) / abs(before) if before else None)


@dataclass(frozen=True)
class Retention:
    """The retention rate: of the customers who ordered in the period before, those who ordered again in this one."""

    taxonomy: Taxonomy
    now: JourneyColumns
    earlier: JourneyColumns | None
    ref: str = "kpi/retention_rate"

    def figure(self) -> Kpi:
        earlier = self._buyers(self.earlier) if self.earlier else np.empty(0, np.int64)
        kept = int(np.isin(earlier, self._buyers(self.now)).sum())
        return Kpi(
            id="retention_rate",
            label="retention rate",
            meaning="Customers who ordered in the period before and again in this one / customers who ordered in the "
            "period before.",
            unit="share",
            value=share(kept, len(earlier)) if len(earlier) else None,
            n=len(earlier),
            missing=[] if len(earlier) else ["orders in the period before"],
        )

    def behind(self) -> I64 | None:
        """Those who ordered again."""
        if self.earlier is None:
            return None
        kept = np.intersect1d(self._buyers(self.earlier), self._buyers(self.now))
        return np.searchsorted(self.now.customer, kept).astype(np.int64)

    def _buyers(self, columns: JourneyColumns) -> I64:
        """The numbers of the known customers with an order."""
        facts = Facts(columns, self.taxonomy, ("",), 0)
        return columns.customer[np.unique(facts.customer(facts.persons(facts.rows(ORDERED))))]
