"""``Journeys``: the journeys of a shop or a file, and the questions one can ask of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

import msgspec
import numpy as np

from periplo.analysis import cohorts, cycles, funnel, kpis, sessions, stages_behind, transitions
from periplo.analysis.cohorts import CohortQuestion, Cohorts
from periplo.analysis.condition import Condition
from periplo.analysis.cycles import CycleQuestion, Cycles
from periplo.analysis.facts import currencies_of
from periplo.analysis.funnel import MOST_GROUPS, MOST_STEPS, Funnel
from periplo.analysis.funnel_result import FunnelGroup, FunnelResult
from periplo.analysis.grouping import Grouping, Together, group_by, limited
from periplo.analysis.kpis import KpiQuestion
from periplo.analysis.kpis_before import Retention, chained, compared, whole_periods
from periplo.analysis.kpis_result import Kpis
from periplo.analysis.narrowing import Narrow, Window, known_share, only_channel, window
from periplo.analysis.periods import PERIODS, instant
from periplo.analysis.question import Question, ask
from periplo.analysis.result import Evidence, Opener, Result
from periplo.analysis.sessions import SessionQuestion, Sessions
from periplo.analysis.stages import MOST_STAGES, Stages
from periplo.analysis.stages import definition as stages_definition
from periplo.analysis.stages_result import StageFlow
from periplo.analysis.touchpoints import Touchpoints
from periplo.analysis.transitions import TransitionQuestion, Transitions
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import I64, JourneyColumns
from periplo.predicates import EventIs, Predicate, evaluate_customers, parse, parse_duration, tell, unknown_names
from periplo.vocabulary import Taxonomy
from periplo.vocabulary import taxonomy as own_taxonomy

S = TypeVar("S")
R = TypeVar("R")
Step = str | Mapping[str, Any] | Predicate
"""A predicate: an event name, its YAML or JSON, or a parsed one."""


class Journeys:
    """Journeys to ask questions of. Narrowing gives other Journeys; the data underneath are shared.

    ``columns``   the events, narrowed           ``names``     customer numbers -> the names to show
    ``currency``  of money that names none       ``zone``      time zone of days, weeks and months
    ``taxonomy``  the words of the shop          ``segments``  named predicates that others may refer to
    ``threads``   a core each unless given       ``left_out``  what was not read, by reason, for the evidence
    """

    def __init__(
        self,
        columns: JourneyColumns,
        *,
        names: Callable[[I64], list[str]] | None = None,
        currency: str | None = None,
        zone: str = "UTC",
        taxonomy: Taxonomy | None = None,
        segments: Mapping[str, Predicate] | None = None,
        threads: int | None = None,
        left_out: Mapping[str, int] | None = None,
    ) -> None:
        self.currency, self.zone, self.threads = currency, zone, threads
        self.taxonomy = taxonomy or own_taxonomy()
        self.segments = segments or {}
        self._names, self._left_out = names, dict(left_out or {})
        self._whole = columns
        self._window: Window | None = None
        self._narrowed: tuple[Narrow, ...] = ()

    @cached_property
    def columns(self) -> JourneyColumns:
        return self._columns_in(self._window)

    # narrowing

    def between(self, since: date | str | None = None, until: date | str | None = None) -> Journeys:
        """Only events from ``since`` until ``until``: days of the shop's zone, both included, or instants, the second
        excluded. Raises ``UsageError`` for what is no date."""
        if since is None and until is None:
            return self
        return self._with(window(self._whole, since, until, self.zone), self._narrowed)

    def where(self, predicate: Step) -> Journeys:
        """Only the customers for whom the predicate holds at the end of the window, with all their events."""
        wanted = self._predicate(predicate)
        return self._with(
            self._window, (*self._narrowed, lambda columns: columns.keep_customers(evaluate_customers(wanted, columns)))
        )

    def channel(self, name: str) -> Journeys:
        """Only the events of one channel. Raises ``UnknownName`` where no event has it."""
        return self._with(self._window, (*self._narrowed, only_channel(name)))

    # questions

    def funnel(self, *steps: Step, within: str = "7d", by: str | None = None) -> FunnelResult:
        """Customers who took the steps in this order within a time, the latest valid start carried (SEMANTICS 4).

        ``by``: a property, "channel", "day", "week" or "month", as it was at the customer's first step; or "segment".
        References: ``funnel/<step, from 1>/customers|still_open|dropped[/<group>]``.
        """
        if not 1 <= len(steps) <= MOST_STEPS:
            raise UsageError("A funnel has 1 to {most} steps; there are {n}.", most=MOST_STEPS, n=len(steps))
        if by == "segment":
            return self._funnel_by_segment(steps, within)
        columns, conditions = self.columns, [self._condition(step) for step in steps]
        question = Funnel(conditions, _us(within), self._groups(by))
        (_, found), *groups = self._ask(question)
        return FunnelResult(
            definition=funnel.definition(conditions, within),
            evidence=self.evidence,
            steps=found,
            within_s=question.within_us / 1e6,
            by=by,
            groups=[FunnelGroup(value, each) for value, each in groups] if by else [],
        ).opened_by(lambda ref: question.behind(columns, ref))

    def stages(self, stages: Sequence[tuple[str, Step]] | None = None, patience: str = "30d") -> StageFlow:
        """How customers move through stages: pairs of id and predicate, or the vocabulary's own (ADR 0004).

        References: ``stage/<id>/customers|entered|went_on|dropped|still_open``, ``stage/<id>/entry|exit|touchpoint/
        <channel>/<contact>``, ``stage/<id>/action/<event>``, ``stage/<id>/channel/<channel>``,
        ``stage/<id>/content/page|category|query|product_id/<value>``.
        """
        given = stages or [(stage.id, stage.where) for stage in self.taxonomy.stages]
        if len(given) > MOST_STAGES:
            raise UsageError("There can be {most} stages; there are {n}.", most=MOST_STAGES, n=len(given))
        conditions = [(name, Condition(name, self._predicate(step))) for name, step in given]
        columns = self.columns
        question = Stages.of(columns, conditions, _us(patience), self._touchpoints)
        return StageFlow(
            definition=stages_definition(patience),
            evidence=self.evidence,
            stages=self._ask(question),
            patience_s=_us(patience) / 1e6,
        ).opened_by(lambda ref: stages_behind.behind(question, columns, ref))

    def transitions(self, collapse: bool = True) -> Transitions:
        """Which touchpoint follows which; ``collapse``: equal ones in a row are one visit.

        References: ``transition/<from>/<to>``, each ``<channel>:<contact>``, or ``start`` and ``end``.
        """
        columns, question = self.columns, TransitionQuestion(self._touchpoints, collapse)
        return Transitions(
            definition=transitions.definition(collapse),
            evidence=self.evidence,
            moves=self._ask(question),
            collapsed=collapse,
        ).opened_by(lambda ref: question.behind(columns, ref))

    def sessions(self) -> Sessions:
        """Sessions per channel. References: ``sessions/all|<channel>[/with_order]``."""
        columns = self.columns
        question = SessionQuestion(self.taxonomy, columns.channel_names)
        return Sessions(definition=sessions.DEFINITION, evidence=self.evidence, channels=self._ask(question)).opened_by(
            lambda ref: question.behind(columns, ref)
        )

    def cycles(self) -> Cycles:
        """Cycles up to one order each. References: ``cycles/all|with_order``, ``cycles/first|last/<channel>/<order
        channel>``."""
        columns = self.columns
        question = CycleQuestion(self.taxonomy, columns.channel_names, *currencies_of(columns, self.currency))
        found = Cycles(definition=cycles.DEFINITION, evidence=self.evidence, **self._ask(question))
        return found.opened_by(lambda ref: question.behind(columns, ref))

    def kpis(self, by: str | None = None) -> Kpis:
        """The key figures; after ``between`` with the change against the period before, where the data reach back; by
        day, week or month each with the change against the one before, where both are over.

        ``by``: a property, "channel", "day", "week", "month", or "segment". References: ``kpi/<id>[/<group>]``.
        """
        if by == "segment":
            return self._kpis_by_segment()
        columns, earlier = self.columns, self._earlier
        groups = limited(self._groups(by), columns, MOST_GROUPS)
        question = KpiQuestion.of(columns, self.taxonomy, groups, self.currency)
        found = self._ask(question)
        if earlier is not None:
            earlier_groups = Together() if by in PERIODS else groups
            before = KpiQuestion.of(earlier, self.taxonomy, earlier_groups, self.currency)
            found = compared(found, ask(earlier, before, self.threads))
        for unit in PERIODS:
            if by == unit:
                found = chained(found, whole_periods(columns, self.zone, unit))
        again = Retention(self.taxonomy, columns, earlier)
        return Kpis(
            definition=kpis.DEFINITION, evidence=self.evidence, values=[*found, again.figure()], by=by
        ).opened_by(lambda ref: again.behind() if ref == again.ref else question.behind(columns, ref))

    def cohorts(self) -> Cohorts:
        """Monthly cohorts of first orders and their returns. References: ``cohort/<month>/<months after>``."""
        columns = self.columns
        question = CohortQuestion.of(columns, self.taxonomy, self.zone)
        found, mean = self._ask(question)
        return Cohorts(definition=cohorts.DEFINITION, evidence=self.evidence, cohorts=found, mean=mean).opened_by(
            lambda ref: question.behind(columns, ref)
        )

    # people and evidence

    def customers(self, indices: I64) -> list[str]:
        """The names to show of customers, given by index as ``behind`` answers them."""
        numbers = self.columns.customer[indices]
        return self._names(numbers) if self._names else [str(number) for number in numbers]

    @cached_property
    def evidence(self) -> Evidence:
        """On what all numbers rest: known customers, all events, the window, the share of events with a customer."""
        columns = self.columns
        return Evidence(
            customers=int(columns.person.sum()),
            events=columns.events,
            since=instant(columns.since_us),
            until=instant(columns.until_us),
            known_share=known_share(columns),
            left_out=self._left_out | {"unknown customers, one per order": int((~columns.person).sum())},
            zone=self.zone,
        )

    # inside

    @cached_property
    def _touchpoints(self) -> Touchpoints:
        return Touchpoints.of(self.columns, self.taxonomy)

    @cached_property
    def _earlier(self) -> JourneyColumns | None:
        """The period before a chosen one, narrowed alike; None where the data do not reach back."""
        before = self._window.before(self._whole) if self._window else None
        return self._columns_in(before) if before and before.inside(self._whole) else None

    def _columns_in(self, chosen: Window | None) -> JourneyColumns:
        columns = chosen(self._whole) if chosen else self._whole
        for narrow in self._narrowed:
            columns = narrow(columns)
        return columns

    def _with(self, chosen: Window | None, narrowed: tuple[Narrow, ...]) -> Journeys:
        other = Journeys(
            self._whole,
            names=self._names,
            currency=self.currency,
            zone=self.zone,
            taxonomy=self.taxonomy,
            segments=self.segments,
            threads=self.threads,
            left_out=self._left_out,
        )
        other._window, other._narrowed = chosen, narrowed
        return other

    def _ask(self, question: Question[S, R]) -> R:
        return ask(self.columns, question, self.threads)

    def _groups(self, by: str | None) -> Grouping:
        """Periods are those of the window; values of a property those of all the data, whatever is looked at."""
        return group_by(by, self.columns if by in PERIODS else self._whole, self.zone)

    def _kpis_by_segment(self) -> Kpis:
        """All together, then each segment; a customer may be in several."""
        whole, inside = self.kpis(), self._in_segments()
        each = {name: journeys.kpis() for name, journeys in inside.items()}
        values = [
            msgspec.structs.replace(kpi, group=name)
            for name, found in each.items()
            for kpi in found.values
            if not kpi.missing
        ]
        found = msgspec.structs.replace(whole, values=[*whole.values, *values], by="segment")
        return found.opened_by(self._open_segment(whole, inside, each))

    def _funnel_by_segment(self, steps: Sequence[Step], within: str) -> FunnelResult:
        whole, inside = self.funnel(*steps, within=within), self._in_segments()
        each = {name: journeys.funnel(*steps, within=within) for name, journeys in inside.items()}
        groups = [FunnelGroup(name, found.steps) for name, found in each.items()]
        found = msgspec.structs.replace(whole, by="segment", groups=groups)
        return found.opened_by(self._open_segment(whole, inside, each))

    def _in_segments(self) -> dict[str, Journeys]:
        return {name: self.where(predicate) for name, predicate in self.segments.items()}

    def _open_segment(self, whole: Result, inside: Mapping[str, Journeys], each: Mapping[str, Result]) -> Opener:
        """A reference that ends in a segment is opened there; its customers get their index among all."""

        def opener(ref: str) -> I64 | None:
            name = next((name for name in each if ref.endswith(f"/{name}")), None)
            if name is None:
                return whole.behind(ref)
            found = each[name].behind(ref.removesuffix(f"/{name}"))
            return np.searchsorted(self.columns.customer, inside[name].columns.customer[found])

        return opener

    def _predicate(self, given: Step) -> Predicate:
        return parse(given, segments=self.segments, words=self.taxonomy, zone=self.zone)

    def _condition(self, given: Step) -> Condition:
        """A step of a funnel. A name that neither the data nor the vocabulary have is a slip: ``UnknownName``."""
        predicate = self._predicate(given)
        for unknown in unknown_names(predicate, self.columns):
            if unknown.kind == "event" and unknown.name not in self.taxonomy.events:
                raise UnknownName("event", unknown.name, self.columns.event_names)
        match predicate:
            case EventIs(names=(name,), where=()):
                return Condition(name, predicate)
        return Condition(tell(predicate, "en", self.taxonomy), predicate)


def _us(text: str) -> int:
    return parse_duration(text) // timedelta(microseconds=1)
