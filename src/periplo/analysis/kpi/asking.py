"""The key figures as a question to journeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis
from periplo.analysis.kpi.answering import KpiOptions
from periplo.analysis.kpi.opening import USUAL
from periplo.analysis.kpi.result import Kpis
from periplo.analysis.options import By


class KpiQuestions(Basis):
    @question("The key figures of a shop.")
    def kpis(
        self,
        by: By = None,
        *,
        over: Annotated[
            Literal["day", "week", "month"] | None, Help("Over time: by day, week or month, also with another split.")
        ] = None,
        figures: Annotated[
            Sequence[str], Help("Only this key figure, by its id; once per figure.", singular="figure")
        ] = (),
        target: Annotated[
            Mapping[str, float] | None,
            Help("What is to be reached: ID=NUMBER, or ID/GROUP=NUMBER; shares as 0.03, money as 85.50."),
        ] = None,
        costs: Annotated[
            Mapping[str, float] | None, Help("What was spent on acquisition or retention: acquisition=1200.50.")
        ] = None,
        hours: Annotated[str, Help("The opening hours of the service: Mon-Fri 9:00-18:00, Sat 10-14.")] = USUAL,
        scoring: Annotated[
            Literal["top", "top_two", "mean"],
            Help("Which answers count for CSAT and CES: the best, the best two, or the mean of all."),
        ] = "top",
    ) -> Kpis:
        """The key figures; after ``between`` with the change against the period before, where the data reach back; by
        day, week or month each with the change against the one before, where both are over.

        ``by``: a property, "channel", "day", "week", "month", or "segment". References: ``kpi/<id>[/<group>]``, with
        ``over`` ``kpi/<id>/<period>[/<group>]``.
        """
        asked = KpiOptions(over, figures or (), target or {}, costs or {}, hours, scoring)
        return asked.by_segment(self, self._whole) if by == "segment" else asked.of(self, by, self._whole)
