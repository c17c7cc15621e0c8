"""The funnel that was asked, with its options as given: read, asked, answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from periplo.analysis.basis import Basis, Step, microseconds
from periplo.analysis.facts import currencies_of
from periplo.analysis.funnel.behind import behind, of_each
from periplo.analysis.funnel.beside import Afterwards, Money, MoneyOf, Next, Trend
from periplo.analysis.funnel.difference import Difference, difference
from periplo.analysis.funnel.funnel import Funnel
from periplo.analysis.funnel.result import FunnelGroup, FunnelResult
from periplo.analysis.funnel.rules import (
    NO_LIMIT_US,
    Exclude,
    Order,
    Place,
    Rules,
    Start,
    Unit,
    check,
    exclusions_of,
    length_us,
    place_of,
    steps_of,
)
from periplo.analysis.funnel.touch import touch_of
from periplo.analysis.funnel.words import Words, words
from periplo.analysis.periods import Period, periods
from periplo.analysis.result import Definition
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import I64


@dataclass(frozen=True, kw_only=True)
class FunnelAsked:
    """Options as ``Journeys.funnel`` takes them."""

    steps: Sequence[Step]
    within: str
    by: str | None
    order: Order
    start: Start
    within_step: str | None
    grace: str
    exclude: Sequence[Exclude]
    optional: Sequence[Place]
    hold: Sequence[str]
    unit: Unit
    by_touch: str
    against: str | None
    money: MoneyOf | None
    trend: Period | None
    next: Next | None
    histogram: bool

    def of(self, journeys: Basis) -> FunnelResult:
        if self.against is not None and self.by is None:
            raise UsageError("There are no groups to compare (against).", fix="Split the funnel: by=channel.")
        rules = self._rules(journeys)
        asked = self._question(journeys, rules)
        found = journeys.ask_persons(asked)
        whole, *each = found.told
        if self.against is not None and self.against not in (labels := [one.label for one in each]):
            raise UnknownName("group", self.against, labels)
        return FunnelResult(
            definition=words(rules, self.within, tuple(self._more(asked))),
            evidence=journeys.evidence,
            steps=whole.steps,
            within_s=rules.within_us / 1e6,
            time=whole.time,
            unit=self.unit,
            order=self.order,
            by=self.by,
            groups=asked.groups(found.told) if self.by else [],
            money=whole.money,
            trend=found.periods,
        ).opened_by(lambda ref: _behind(journeys, asked, ref))

    def by_segment(self, journeys: Basis) -> FunnelResult:
        if self.against is not None:
            raise UsageError("Segments may overlap: each is compared with all who are not in it (against).")
        plainly = replace(self, by=None, trend=None, next=None)
        whole, inside = replace(self, by=None).of(journeys), journeys.in_segments()
        each = {name: plainly.of(narrowed) for name, narrowed in inside.items()}
        groups = [
            FunnelGroup(value=name, steps=found.steps, money=found.money, difference=_from_rest(found, whole))
            for name, found in each.items()
        ]
        more = (*whole.definition.more, *_compared(None)) if isinstance(whole.definition, Words) else ()
        found = msgspec.structs.replace(
            whole, by="segment", groups=groups, definition=msgspec.structs.replace(whole.definition, more=more)
        )
        return found.opened_by(journeys.open_segment(whole, inside, each))

    def _rules(self, journeys: Basis) -> Rules:
        steps = steps_of(self.steps, journeys.condition)
        rules = Rules(
            steps=steps,
            within_us=microseconds(self.within),
            taxonomy=journeys.taxonomy,
            order=self.order,
            start=self.start,
            step_us=length_us(self.within_step, NO_LIMIT_US),
            grace_us=length_us(self.grace, 0),
            exclusions=exclusions_of(self.exclude, steps, journeys.condition),
            optional=frozenset(place_of(each, steps, "optional") for each in self.optional),
            hold=tuple(dict.fromkeys(self.hold)),
            unit=self.unit,
        )
        return check(rules, ("channel", *journeys.kept[0].properties.names()) if self.hold else ())

    def _question(self, journeys: Basis, rules: Rules) -> Funnel:
        columns, steps = journeys.kept[0], len(rules.steps)
        return Funnel(
            rules,
            touch_of(journeys.groups(self.by), self.by_touch, steps),
            self.histogram,
            self.against,
            Money(self.money, steps, *currencies_of(columns, journeys.currency)) if self.money else None,
            Trend(
                *periods(columns.since_us, columns.until_us, journeys.zone, self.trend),
                steps,
                columns.until_us - rules.within_us,
            )
            if self.trend
            else None,
            self._afterwards(journeys, steps) if self.next else None,
        )

    def _afterwards(self, journeys: Basis, steps: int) -> Afterwards:
        if self.next == "events":
            return Afterwards(steps, journeys.kept[0].event_names, None)
        touchpoints = journeys.touchpoints
        return Afterwards(steps, tuple(f"{channel}:{contact}" for channel, contact in touchpoints.pairs), touchpoints)

    def _more(self, asked: Funnel) -> Iterator[Definition]:
        if self.by:
            yield _TOUCHES.get(asked.touch.touch) or Definition(
                "The group is that of step {step}; who did not take it is unknown.", {"step": asked.touch.step + 1}
            )
            yield from _compared(self.against)
        for each in asked.beside:
            yield each.definition


_TOUCHES = {
    "first": Definition("The group is that of the first step."),
    "last": Definition("The group is that of the furthest step taken."),
    "all": Definition("The group is the value that all steps taken share; others have several values."),
}


def _compared(against: str | None) -> Iterator[Definition]:
    if against is None:
        yield Definition(
            "Each group's conversion is compared with that of all others: 95 % interval by Newcombe, p-value of the "
            "two-sided z-test of two proportions, not corrected for several comparisons."
        )
    else:
        yield Definition(
            "Each group's conversion is compared with that of “{group}”: 95 % interval by Newcombe, p-value of the "
            "two-sided z-test of two proportions, not corrected for several comparisons.",
            {"group": against},
        )


def _from_rest(found: FunnelResult, whole: FunnelResult) -> Difference | None:
    (n, a), (m, b) = ((each.steps[0].customers, each.steps[-1].customers) for each in (found, whole))
    return difference(a, n, b - a, m - n)


def _behind(journeys: Basis, asked: Funnel, ref: str) -> I64 | None:
    if of_each(ref):
        return journeys.find(partial(behind, asked), ref)
    return behind(asked, journeys.columns, ref)
