"""The funnel as a question to journeys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis
from periplo.analysis.funnel.answering import FunnelAsked
from periplo.analysis.funnel.result import FunnelResult
from periplo.analysis.funnel.rules import Exclude, Place
from periplo.analysis.options import By, Steps, Within


class FunnelQuestions(Basis):
    @question("How many customers went from step to step.")
    def funnel(
        self,
        *steps: Steps,
        within: Within = "7d",
        by: By = None,
        order: Annotated[
            Literal["ordered", "strict", "any"],
            Help("Steps in order, in order with no other event between them (strict), or in any order."),
        ] = "ordered",
        start: Annotated[
            Literal["latest", "first", "every"],
            Help("Which start counts: the latest valid one, only the first, or every one after an attempt has ended."),
        ] = "latest",
        within_step: Annotated[str | None, Help("The longest from one step to the next: 1h, 30min.")] = None,
        grace: Annotated[str, Help("How long before the step before it a step may come: 0, 2s.")] = "0",
        exclude: Annotated[
            Sequence[Exclude],
            Help("What ends an attempt: an event or predicate, or “EVENT between STEP and STEP”; may be repeated."),
        ] = (),
        optional: Annotated[
            Sequence[Place], Help("A step that may be left out, by its name or number; may be repeated.")
        ] = (),
        hold: Annotated[Sequence[str], Help("A property that is the same at all steps; up to three times.")] = (),
        unit: Annotated[
            Literal["customer", "session", "attempt"], Help("What is counted: customers, sessions or attempts.")
        ] = "customer",
        by_touch: Annotated[
            str, Help("Which step's event tells the group: first, last, “step 2”, or all where they agree.")
        ] = "first",
        against: Annotated[
            str | None, Help("The group that the others are compared with; all others together if left out.")
        ] = None,
        money: Annotated[
            Literal["last", "attempt"] | None,
            Help("The money of those who took all steps: of the last step, or of all orders on the way."),
        ] = None,
        trend: Annotated[
            Literal["day", "week", "month"] | None, Help("Conversion by day, week or month of the first step.")
        ] = None,
        next: Annotated[
            Literal["events", "touchpoints"] | None, Help("Where the dropped went next: to which event or touchpoint.")
        ] = None,
        histogram: Annotated[bool, Help("How long steps took, in bins.")] = False,
    ) -> FunnelResult:
        """How many went from step to step (SEMANTICS 4); docs/reference/funnels.md says what each option means.

        ``by``: a property, "channel", a period, or "segment". ``exclude``: also (predicate, step, step). References:
        ``funnel/<step, from 1>/customers|still_open|dropped[/<group>]``, ``funnel/<step>/next/<name>``,
        ``funnel/<step>/time/<bin>[/<group>]``, ``funnel/trend/<period>/entered|converted``,
        ``funnel/money/<currency>[/<group>]``.
        """
        asked = FunnelAsked(
            steps=steps,
            within=within,
            by=by,
            order=order,
            start=start,
            within_step=within_step,
            grace=grace,
            exclude=exclude or (),
            optional=optional or (),
            hold=hold or (),
            unit=unit,
            by_touch=by_touch,
            against=against,
            money=money,
            trend=trend,
            next=next,
            histogram=histogram,
        )
        return asked.by_segment(self) if by == "segment" else asked.of(self)
