"""The funnel as a question to journeys."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from periplo.analysis.asking import question
from periplo.analysis.basis import Basis, Step, microseconds
from periplo.analysis.funnel.funnel import MOST_STEPS, Funnel, definition
from periplo.analysis.funnel.result import FunnelGroup, FunnelResult
from periplo.analysis.options import By, Steps, Within
from periplo.errors import UsageError


class FunnelQuestions(Basis):
    @question("How many customers went from step to step.")
    def funnel(self, *steps: Steps, within: Within = "7d", by: By = None) -> FunnelResult:
        """Customers who took the steps in this order within a time, the latest valid start carried (SEMANTICS 4).

        ``by``: a property, "channel", "day", "week" or "month", as it was at the customer's first step; or "segment".
        References: ``funnel/<step, from 1>/customers|still_open|dropped[/<group>]``.
        """
        if not 1 <= len(steps) <= MOST_STEPS:
            raise UsageError("A funnel has 1 to {most} steps; there are {n}.", most=MOST_STEPS, n=len(steps))
        if by == "segment":
            return _by_segment(self, steps, within)
        columns, conditions = self.columns, [self.condition(step) for step in steps]
        asked = Funnel(conditions, microseconds(within), self.groups(by))
        (_, found), *groups = self.ask(asked)
        return FunnelResult(
            definition=definition(conditions, within),
            evidence=self.evidence,
            steps=found,
            within_s=asked.within_us / 1e6,
            by=by,
            groups=[FunnelGroup(value, each) for value, each in groups] if by else [],
        ).opened_by(lambda ref: asked.behind(columns, ref))


def _by_segment(journeys: FunnelQuestions, steps: Sequence[Step], within: str) -> FunnelResult:
    whole, inside = journeys.funnel(*steps, within=within), journeys.in_segments()
    each = {name: narrowed.funnel(*steps, within=within) for name, narrowed in inside.items()}
    groups = [FunnelGroup(name, found.steps) for name, found in each.items()]
    found = replace(whole, by="segment", groups=groups)
    return found.opened_by(journeys.open_segment(whole, inside, each))
