"""Retention as questions to journeys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis, Step
from periplo.analysis.options import By
from periplo.analysis.retention.answering import CohortsAsked, LifecycleAsked, RetentionAsked, StickinessAsked
from periplo.analysis.retention.cohorts_result import Cohorts
from periplo.analysis.retention.living_result import Lifecycle, Stickiness
from periplo.analysis.retention.result import Retention

Unit = Annotated[
    Literal["day", "week", "month"], Help("Periods: day, week or month of the calendar in the shop's time zone.")
]
Means = Annotated[Literal["weighted", "simple"], Help("The mean over cohorts: weighted by their customers, or simple.")]
Active = Annotated[
    Step | None, Help("What makes a customer active: an event name or a predicate; any contact if left out.")
]


class RetentionQuestions(Basis):
    @question("Who comes back, so many days, weeks or months after they began.")
    def retention(
        self,
        start: Annotated[
            Step | None, Help("What they begin with: an event name or a predicate; any contact if left out.")
        ] = None,
        back: Annotated[
            Step | None, Help("What brings them back: an event name or a predicate; any contact if left out.")
        ] = None,
        *,
        unit: Unit = "week",
        mode: Annotated[
            Literal["on", "on_or_after", "bracket"],
            Help("Back in a period, in it or any later one, or in a bracket of several periods."),
        ] = "on",
        cohort: Annotated[
            Literal["first", "any"], Help("A customer begins once, the first time, or anew in every period.")
        ] = "first",
        rolling: Annotated[
            bool, Help("Periods of 24 hours, 7 or 30 days since each customer began, not of the calendar.")
        ] = False,
        periods: Annotated[int, Help("How many periods after the first to look at.")] = 12,
        brackets: Annotated[
            Sequence[int],
            Help("Where brackets begin after the first, and the last one ends, in periods.", singular="bracket"),
        ] = (),
        mean: Means = "weighted",
        by: By = None,
    ) -> Retention:
        """Customers by the period in which they began, and how many came back in each period after (SEMANTICS 6).

        ``by``: a property, "channel" or a period as it was when they began; or "segment". References:
        ``retention/<cohort>/<after>/back|so_far|eligible|open[/<group>]`` and ``retention/<cohort>/size[/<group>]``,
        where the cohort "all" is all of them.
        """
        asked = RetentionAsked(start, back, unit, mode, cohort, rolling, periods, brackets or (), mean)
        return asked.by_segment(self) if by == "segment" else asked.of(self, by)

    @question("Customers by the time of their first order: how many ordered again, how often, for how much.")
    def cohorts(
        self,
        *,
        unit: Unit = "month",
        periods: Annotated[int, Help("How many periods after the first to look at.")] = 60,
        mean: Means = "weighted",
        by: By = None,
    ) -> Cohorts:
        """Cohorts of first orders with their returns, orders and money. ``by`` as it was at the first order.

        References: ``cohort/<period>/<periods after>[/<group>]``; 0 periods after is the whole cohort.
        """
        asked = CohortsAsked(unit, periods, mean)
        return asked.by_segment(self) if by == "segment" else asked.of(self, by)

    @question("How many customers are new, returning, resurrecting or dormant in each period.")
    def lifecycle(self, activity: Active = None, *, unit: Unit = "week", by: By = None) -> Lifecycle:
        """Customers by what they are in each period: new, returning, resurrecting, dormant (SEMANTICS 6).

        ``by`` as it was at the first activity. References: ``lifecycle/<period>/new|returning|resurrecting|dormant|
        active[/<group>]``.
        """
        asked = LifecycleAsked(activity, unit)
        return asked.by_segment(self) if by == "segment" else asked.of(self, by)

    @question("In how many days, weeks or months customers were active.")
    def stickiness(self, activity: Active = None, *, unit: Unit = "day", by: By = None) -> Stickiness:
        """Customers by the number of intervals in which they were active (SEMANTICS 6).

        ``by`` as it was at the first activity. References: ``stickiness/<intervals>[/<group>]``,
        ``stickiness/at_least/<intervals>[/<group>]``.
        """
        asked = StickinessAsked(activity, unit)
        return asked.by_segment(self) if by == "segment" else asked.of(self, by)
