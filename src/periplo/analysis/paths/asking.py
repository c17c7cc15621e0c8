"""Paths as questions to journeys."""

from __future__ import annotations

from typing import Annotated

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis
from periplo.analysis.paths.transitions import TransitionQuestion, Transitions, definition


class PathQuestions(Basis):
    @question("Which touchpoint follows which.")
    def transitions(
        self, collapse: Annotated[bool, Help("Equal touchpoints in a row are one visit.")] = True
    ) -> Transitions:
        """Which touchpoint follows which; ``collapse``: equal ones in a row are one visit.

        References: ``transition/<from>/<to>``, each ``<channel>:<contact>``, or ``start`` and ``end``.
        """
        columns, asked = self.columns, TransitionQuestion(self.touchpoints, collapse)
        return Transitions(
            definition=definition(collapse),
            evidence=self.evidence,
            moves=self.ask(asked),
            collapsed=collapse,
        ).opened_by(lambda ref: asked.behind(columns, ref))
