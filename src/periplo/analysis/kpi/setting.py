"""What key figures depend on that a part alone does not tell: gathered first, over all events that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.kpi.buyers import time_between_orders
from periplo.analysis.kpi.surveys import answers
from periplo.journeys.columns import F64, Bool, JourneyColumns
from periplo.vocabulary import Taxonomy


class Setting(NamedTuple):
    """``occurring`` bool[event names]; ``gaps_us``: the times between orders of one customer, in no order; ``scales``:
    per survey the scales of its answers."""

    occurring: Bool
    gaps_us: F64
    scales: dict[str, F64]

    @property
    def longest_gap_us(self) -> float:
        """Nine of ten times between orders are shorter."""
        return float(np.quantile(self.gaps_us, 0.9)) if len(self.gaps_us) else np.inf


@dataclass(frozen=True)
class SettingQuestion:
    """``surveys``: those whose scale is told."""

    taxonomy: Taxonomy
    surveys: Sequence[str]

    def map(self, part: JourneyColumns) -> Setting:
        facts = Facts(part, self.taxonomy, ("",), 0)
        seen = np.bincount(part.event, minlength=len(part.event_names)) > 0
        scales = {survey: np.unique(answers(facts, survey).scale) for survey in self.surveys}
        return Setting(seen, time_between_orders(facts).part.astype(np.float64), scales)

    def merge(self, left: Setting, right: Setting) -> Setting:
        scales = {survey: np.union1d(scale, right.scales[survey]) for survey, scale in left.scales.items()}
        gaps = np.concatenate((left.gaps_us, right.gaps_us))
        return Setting(left.occurring | right.occurring, gaps, scales)

    def finish(self, state: Setting) -> Setting:
        return state
