"""Retention asked of journeys: of all of them, of each group, or of each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from msgspec.structs import replace

from periplo.analysis.basis import Basis, Step
from periplo.analysis.facts import currencies_of
from periplo.analysis.grouping import Grouping, limited
from periplo.analysis.periods import Period
from periplo.analysis.result import Opener, Result
from periplo.analysis.retention.activity import Activity
from periplo.analysis.retention.calendar import ROLLING_US, After, Calendar
from periplo.analysis.retention.cohorts import CohortQuestion
from periplo.analysis.retention.cohorts_result import CohortGroup, Cohorts
from periplo.analysis.retention.living import LifecycleQuestion, StickinessQuestion
from periplo.analysis.retention.living_result import (
    Lifecycle,
    LifecycleGroup,
    Stickiness,
    StickinessGroup,
    lifecycle_periods,
    mean_intervals,
    stickiness_steps,
)
from periplo.analysis.retention.result import Retention, RetentionGroup
from periplo.analysis.retention.retention import Mean, RetentionQuestion
from periplo.analysis.retention.words import cohort_words, lifecycle_words, retention_words, stickiness_words
from periplo.errors import UsageError
from periplo.journeys.columns import I64

MOST_GROUPS = 20
BRACKETS = (1, 4, 8, 15, 31)
Mode = Literal["on", "on_or_after", "bracket"]
R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class RetentionAsked:
    """The options of ``Journeys.retention``."""

    start: Step | None
    back: Step | None
    unit: Period
    mode: Mode
    cohort: Literal["first", "any"]
    rolling: bool
    periods: int
    brackets: Sequence[int]
    mean: Mean

    def of(self, journeys: Basis, by: str | None = None) -> Retention:
        asked = self._question(journeys, by)
        (_, whole), *groups = journeys.ask(asked)
        return Retention(
            definition=retention_words(asked, self.unit),
            evidence=journeys.evidence,
            unit=self.unit,
            start=asked.start.name,
            back=asked.back.name,
            cohorts=whole.cohorts,
            mean=whole.mean,
            by=by,
            groups=[RetentionGroup(value=value, cohorts=each.cohorts, mean=each.mean) for value, each in groups],
        ).opened_by(partial(journeys.find, asked.behind))

    def by_segment(self, journeys: Basis) -> Retention:
        whole, each, opener = segments(journeys, self.of)
        groups = [RetentionGroup(value=name, cohorts=found.cohorts, mean=found.mean) for name, found in each.items()]
        return replace(whole, by="segment", groups=groups).opened_by(opener)

    def _question(self, journeys: Basis, by: str | None) -> RetentionQuestion:
        return RetentionQuestion(
            start=Activity.of(journeys, self.start),
            back=Activity.of(journeys, self.back),
            calendar=Calendar.of(journeys.columns, journeys.zone, self.unit),
            after=self._after(),
            grouping=limited(journeys.groups(by), journeys.columns, MOST_GROUPS),
            length_us=ROLLING_US[self.unit] if self.rolling else 0,
            every=self.cohort == "any",
            later=self.mode == "on_or_after",
            mean=self.mean,
        )

    def _after(self) -> After:
        if self.mode == "bracket":
            return After.bracketed(self.brackets or BRACKETS)
        if self.brackets:
            raise UsageError("Brackets need the mode “bracket”.", fix="Ask with mode bracket, or without brackets.")
        return After.each(self.periods)


@dataclass(frozen=True)
class CohortsAsked:
    """The options of ``Journeys.cohorts``."""

    unit: Period
    periods: int
    mean: Mean

    def of(self, journeys: Basis, by: str | None = None) -> Cohorts:
        columns, most = journeys.columns, After.each(self.periods)
        asked = CohortQuestion(
            journeys.taxonomy,
            Calendar.of(columns, journeys.zone, self.unit),
            limited(journeys.groups(by), columns, MOST_GROUPS),
            len(most.labels) - 1,
            self.mean,
            *currencies_of(columns, journeys.currency),
        )
        (_, cohorts, mean), *groups = journeys.ask(asked)
        return Cohorts(
            definition=cohort_words(self.unit, len(most.labels) - 1, self.mean),
            evidence=journeys.evidence,
            unit=self.unit,
            cohorts=cohorts,
            mean=mean,
            by=by,
            groups=[CohortGroup(value=value, cohorts=found, mean=means) for value, found, means in groups],
        ).opened_by(partial(journeys.find, asked.behind))

    def by_segment(self, journeys: Basis) -> Cohorts:
        whole, each, opener = segments(journeys, self.of)
        groups = [CohortGroup(value=name, cohorts=found.cohorts, mean=found.mean) for name, found in each.items()]
        return replace(whole, by="segment", groups=groups).opened_by(opener)


@dataclass(frozen=True)
class LifecycleAsked:
    """The options of ``Journeys.lifecycle``."""

    activity: Step | None
    unit: Period

    def of(self, journeys: Basis, by: str | None = None) -> Lifecycle:
        asked = LifecycleQuestion(*_living(journeys, self.activity, self.unit, by))
        (_, whole), *groups = journeys.ask(asked)
        return Lifecycle(
            definition=lifecycle_words(asked.activity.name, self.unit),
            evidence=journeys.evidence,
            unit=self.unit,
            activity=asked.activity.name,
            periods=lifecycle_periods(whole, asked.calendar),
            by=by,
            groups=[
                LifecycleGroup(value=value, periods=lifecycle_periods(each, asked.calendar)) for value, each in groups
            ],
        ).opened_by(partial(journeys.find, asked.behind))

    def by_segment(self, journeys: Basis) -> Lifecycle:
        whole, each, opener = segments(journeys, self.of)
        groups = [LifecycleGroup(value=name, periods=found.periods) for name, found in each.items()]
        return replace(whole, by="segment", groups=groups).opened_by(opener)


@dataclass(frozen=True)
class StickinessAsked:
    """The options of ``Journeys.stickiness``."""

    activity: Step | None
    unit: Period

    def of(self, journeys: Basis, by: str | None = None) -> Stickiness:
        asked = StickinessQuestion(*_living(journeys, self.activity, self.unit, by))
        (_, whole), *groups = journeys.ask(asked)
        return Stickiness(
            definition=stickiness_words(asked.activity.name, self.unit),
            evidence=journeys.evidence,
            unit=self.unit,
            activity=asked.activity.name,
            intervals=len(asked.calendar.labels),
            customers=int(whole.sum()),
            mean=mean_intervals(whole),
            last_incomplete=asked.calendar.over < len(asked.calendar.labels),
            steps=stickiness_steps(whole),
            by=by,
            groups=[_sticky_group(value, each) for value, each in groups],
        ).opened_by(partial(journeys.find, asked.behind))

    def by_segment(self, journeys: Basis) -> Stickiness:
        whole, each, opener = segments(journeys, self.of)
        groups = [
            StickinessGroup(value=name, customers=found.customers, mean=found.mean, steps=found.steps)
            for name, found in each.items()
        ]
        return replace(whole, by="segment", groups=groups).opened_by(opener)


def segments(journeys: Basis, answer: Callable[[Basis], R]) -> tuple[R, dict[str, R], Opener]:
    """The answer for all customers and for those of each segment, and what opens the numbers of both."""
    whole, inside = answer(journeys), journeys.in_segments()
    each = {name: answer(narrowed) for name, narrowed in inside.items()}
    return whole, each, journeys.open_segment(whole, inside, each)


def _living(
    journeys: Basis, activity: Step | None, unit: Period, by: str | None
) -> tuple[Activity, Calendar, Grouping]:
    columns = journeys.columns
    return (
        Activity.of(journeys, activity),
        Calendar.of(columns, journeys.zone, unit),
        limited(journeys.groups(by), columns, MOST_GROUPS),
    )


def _sticky_group(value: str, counts: I64) -> StickinessGroup:
    return StickinessGroup(
        value=value, customers=int(counts.sum()), mean=mean_intervals(counts), steps=stickiness_steps(counts)
    )
