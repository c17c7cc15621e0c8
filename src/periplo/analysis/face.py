"""``Journeys``: the journeys of a shop or a file, and the questions one can ask of them."""

from __future__ import annotations

from collections.abc import Sequence

from periplo.analysis import cycles, sessions, stages_behind
from periplo.analysis.asking import question
from periplo.analysis.attribution.asking import AttributionQuestions
from periplo.analysis.basis import Basis, Step, microseconds
from periplo.analysis.channels.asking import ChannelQuestions
from periplo.analysis.condition import Condition
from periplo.analysis.cycles import CycleQuestion, Cycles
from periplo.analysis.facts import currencies_of
from periplo.analysis.funnel.asking import FunnelQuestions
from periplo.analysis.kpi.asking import KpiQuestions
from periplo.analysis.paths.asking import PathQuestions
from periplo.analysis.question import FEW_AT_ONCE
from periplo.analysis.retention.asking import RetentionQuestions
from periplo.analysis.sessions import SessionQuestion, Sessions
from periplo.analysis.stages import MOST_STAGES, Stages, StageTimes
from periplo.analysis.stages import definition as stages_definition
from periplo.analysis.stages_result import StageFlow
from periplo.analysis.value.asking import ValueQuestions
from periplo.errors import UsageError


class VisitQuestions(Basis):
    def stages(self, stages: Sequence[tuple[str, Step]] | None = None, patience: str = "30d") -> StageFlow:
        """How customers move through stages: pairs of id and predicate, or the vocabulary's own (ADR 0004).

        References: ``stage/<id>/customers|entered|went_on|dropped|still_open``, ``stage/<id>/entry|exit|touchpoint/
        <channel>/<contact>``, ``stage/<id>/action/<event>``, ``stage/<id>/channel/<channel>``,
        ``stage/<id>/content/page|category|query|product_id/<value>``.
        """
        given = stages or [(stage.id, stage.where) for stage in self.taxonomy.stages]
        if len(given) > MOST_STAGES:
            raise UsageError("There can be {most} stages; there are {n}.", most=MOST_STAGES, n=len(given))
        conditions = [(name, Condition(name, self.predicate(step))) for name, step in given]
        columns = self.columns
        asked = Stages.of(columns, conditions, microseconds(patience), self.touchpoints)
        state = self.ask(asked, FEW_AT_ONCE)
        ranks = state.times.ranks(lambda near: self.ask(StageTimes(asked, near), FEW_AT_ONCE))
        return StageFlow(
            definition=stages_definition(patience),
            evidence=self.evidence,
            stages=asked.numbers(state, ranks),
            patience_s=microseconds(patience) / 1e6,
        ).opened_by(lambda ref: stages_behind.behind(asked, columns, ref))

    @question("Sessions per channel: how many, how long, with an order or without.")
    def sessions(self) -> Sessions:
        """Sessions per channel. References: ``sessions/all|<channel>[/with_order]``."""
        columns = self.columns
        asked = SessionQuestion(self.taxonomy, columns.channel_names)
        return Sessions(definition=sessions.DEFINITION, evidence=self.evidence, channels=self.ask(asked)).opened_by(
            lambda ref: self.find(asked.behind, ref)
        )

    @question("Cycles: the way to each order, its length, channels and touchpoints.")
    def cycles(self) -> Cycles:
        """Cycles up to one order each. References: ``cycles/all|with_order``, ``cycles/first|last/<channel>/<order
        channel>``."""
        columns = self.columns
        asked = CycleQuestion(self.taxonomy, columns.channel_names, *currencies_of(columns, self.currency))
        found = Cycles(definition=cycles.DEFINITION, evidence=self.evidence, **self.ask(asked))
        return found.opened_by(lambda ref: self.find(asked.behind, ref))


class Journeys(
    FunnelQuestions,
    VisitQuestions,
    PathQuestions,
    RetentionQuestions,
    KpiQuestions,
    AttributionQuestions,
    ChannelQuestions,
    ValueQuestions,
):
    """Journeys to ask questions of. Narrowing gives other Journeys; the data underneath are shared.

    ``columns``   the events, narrowed           ``names``     customer numbers -> the names to show
    ``currency``  of money that names none       ``zone``      time zone of days, weeks and months
    ``taxonomy``  the words of the shop          ``segments``  named predicates that others may refer to
    ``threads``   a core each unless given       ``left_out``  what was not read, by reason, for the evidence
    """
