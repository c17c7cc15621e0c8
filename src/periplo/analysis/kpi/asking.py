"""The key figures as a question to journeys."""

from __future__ import annotations

from msgspec.structs import replace

from periplo.analysis.asking import question
from periplo.analysis.basis import Basis
from periplo.analysis.grouping import Together, limited
from periplo.analysis.kpi.before import Retention, chained, compared, whole_periods
from periplo.analysis.kpi.question import DEFINITION, KpiQuestion
from periplo.analysis.kpi.result import Kpis
from periplo.analysis.options import By
from periplo.analysis.periods import PERIODS
from periplo.analysis.question import ask

MOST_GROUPS = 20


class KpiQuestions(Basis):
    @question("The key figures of a shop.")
    def kpis(self, by: By = None) -> Kpis:
        """The key figures; after ``between`` with the change against the period before, where the data reach back; by
        day, week or month each with the change against the one before, where both are over.

        ``by``: a property, "channel", "day", "week", "month", or "segment". References: ``kpi/<id>[/<group>]``.
        """
        if by == "segment":
            return _by_segment(self)
        columns, earlier = self.columns, self.earlier
        groups = limited(self.groups(by), columns, MOST_GROUPS)
        asked = KpiQuestion.of(columns, self.taxonomy, groups, self.currency)
        found = self.ask(asked)
        if earlier is not None:
            earlier_groups = Together() if by in PERIODS else groups
            before = KpiQuestion.of(earlier, self.taxonomy, earlier_groups, self.currency)
            found = compared(found, ask(earlier, before, self.threads))
        for unit in PERIODS:
            if by == unit:
                found = chained(found, whole_periods(columns, self.zone, unit))
        again = Retention(self.taxonomy, columns, earlier)
        return Kpis(definition=DEFINITION, evidence=self.evidence, values=[*found, again.figure()], by=by).opened_by(
            lambda ref: again.behind() if ref == again.ref else asked.behind(columns, ref)
        )


def _by_segment(journeys: KpiQuestions) -> Kpis:
    """All together, then each segment; a customer may be in several."""
    whole, inside = journeys.kpis(), journeys.in_segments()
    each = {name: narrowed.kpis() for name, narrowed in inside.items()}
    values = [replace(kpi, group=name) for name, found in each.items() for kpi in found.values if not kpi.missing]
    found = replace(whole, values=[*whole.values, *values], by="segment")
    return found.opened_by(journeys.open_segment(whole, inside, each))
