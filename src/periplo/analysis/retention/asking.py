"""Retention as questions to journeys."""

from __future__ import annotations

from periplo.analysis.asking import question
from periplo.analysis.basis import Basis
from periplo.analysis.retention.cohorts import DEFINITION, CohortQuestion, Cohorts


class RetentionQuestions(Basis):
    @question("How many customers of each month's first orders came back.")
    def cohorts(self) -> Cohorts:
        """Monthly cohorts of first orders and their returns. References: ``cohort/<month>/<months after>``."""
        columns = self.columns
        asked = CohortQuestion.of(columns, self.taxonomy, self.zone)
        found, mean = self.ask(asked)
        return Cohorts(definition=DEFINITION, evidence=self.evidence, cohorts=found, mean=mean).opened_by(
            lambda ref: asked.behind(columns, ref)
        )
