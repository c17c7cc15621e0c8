"""Key figures against the period before: changes, and how many customers were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from periplo.analysis.facts import ORDERED, Facts
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.narrowing import DAY_US
from periplo.analysis.numbers import share
from periplo.analysis.periods import Period, last_is_over, periods
from periplo.journeys.columns import I64, JourneyColumns
from periplo.vocabulary import Taxonomy


def compared(now: Sequence[Kpi], before: Sequence[Kpi]) -> list[Kpi]:
    """The figures with their value in the period before, and the change as a share of it."""
    earlier = {(kpi.id, kpi.group, kpi.currency): kpi.value for kpi in before}
    return [_against(kpi, earlier.get((kpi.id, kpi.group, kpi.currency))) for kpi in now]


def chained(found: Sequence[Kpi], names: Sequence[str]) -> list[Kpi]:
    """Figures by period, each with its value in the one before; ``names`` are the periods that are over, in order."""
    before = dict(zip(names[1:], names, strict=False))
    values = {(kpi.id, kpi.group, kpi.currency): kpi.value for kpi in found}
    return [
        _against(kpi, values.get((kpi.id, before[kpi.group], kpi.currency))) if kpi.group in before else kpi
        for kpi in found
    ]


def whole_periods(columns: JourneyColumns, zone: str, unit: Period) -> list[str]:
    """The names of the periods that lie in the window as a whole; weeks and months to the day."""
    starts, names = periods(columns.since_us, columns.until_us, zone, unit)
    first = int(starts[0] < columns.since_us - (0 if unit == "day" else DAY_US))
    return list(names[first : None if last_is_over(columns.since_us, columns.until_us, zone, unit) else -1])


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
