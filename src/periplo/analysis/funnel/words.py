"""The definition of a funnel in words, with all its options."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from periplo.analysis.condition import name_in
from periplo.analysis.funnel.rules import NO_LIMIT_US, Rules
from periplo.analysis.result import Definition
from periplo.language import Lang, t
from periplo.predicates import write_duration


class Words(Definition, frozen=True):
    """``text`` and then ``more``. A list among the values are steps; English keeps the names that predicates use."""

    more: tuple[Definition, ...] = ()

    def tell(self, lang: Lang) -> str:
        sentences = (Definition(self.text, self.values), *self.more)
        return " ".join(t(each.text, lang, **_said(each.values, lang)) for each in sentences)


def _said(values: dict[str, Any], lang: Lang) -> dict[str, Any]:
    return {
        key: " → ".join(name_in(name, lang) for name in value) if isinstance(value, list) else value
        for key, value in values.items()
    }


def words(rules: Rules, within: str, more: tuple[Definition, ...]) -> Words:
    """The definition of the funnel; ``more``: of what is told beside its steps."""
    values = {"steps": [step.name for step in rules.steps], "within": within}
    extra = (*_start(rules), *_unit(rules), *_limits(rules), *_exclusions(rules), *_steps(rules), *more)
    if rules.order == "strict":
        return Words(
            "Customers who went through {steps} in this order within {within}, edge included, with no other event "
            "between two steps.",
            values,
            (*extra, _TIES, _OPEN),
        )
    if rules.order == "any":
        return Words(
            "Customers who took one, two or more of {steps}, in any order, within {within}, edge included.",
            values,
            (*extra, _TIES, _OPEN),
        )
    if rules.start != "latest":
        return Words(
            "Customers who went through {steps} in this order within {within}, edge included.",
            values,
            (*extra, _TIES, _OPEN),
        )
    return Words(
        "Customers who went through {steps} in this order within {within}, edge included. Of several attempts the one "
        "with the latest valid start is carried on; one event serves one step; equal times may match in step order. "
        "Still open: the window of the latest attempt was not over at the end. Times run from the step before.",
        values,
        extra,
    )


_TIES = Definition("One event serves one step; equal times may match in step order.")
_OPEN = Definition("Still open: the window was not over at the end. Times run from the step before.")


def _start(rules: Rules) -> Iterator[Definition]:
    if rules.start == "first":
        yield Definition("Only the first event that can begin an attempt does.")
    elif rules.start == "every":
        yield Definition("An attempt begins with the first event that can, the next one after it has ended.")
    elif rules.order != "ordered":
        yield Definition("Every event that can begin an attempt does; of those that get furthest the latest counts.")


def _unit(rules: Rules) -> Iterator[Definition]:
    if rules.unit == "session":
        yield Definition(
            "Counted are sessions: events in one channel with gaps under 30 minutes; all steps lie in one."
        )
    elif rules.unit == "attempt":
        yield Definition(
            "Counted are attempts: one ends when it takes the last step, when its window is over, or by an exclusion."
        )


def _limits(rules: Rules) -> Iterator[Definition]:
    if rules.step_us != NO_LIMIT_US:
        yield Definition("From one step to the next at most {within_step}.", {"within_step": _length(rules.step_us)})
    if rules.grace_us:
        yield Definition("A step may come up to {grace} before the step before it.", {"grace": _length(rules.grace_us)})


def _exclusions(rules: Rules) -> Iterator[Definition]:
    last = len(rules.steps) - 1
    for each in rules.exclusions:
        if (each.after, each.before) == (0, last):
            yield Definition("“{event}” ends an attempt; a later one may get further.", {"event": [each.what.name]})
        else:
            yield Definition(
                "“{event}” after “{first}” and before “{second}” ends an attempt; a later one may get further.",
                {
                    "event": [each.what.name],
                    "first": [rules.steps[each.after].name],
                    "second": [rules.steps[each.before].name],
                },
            )


def _steps(rules: Rules) -> Iterator[Definition]:
    for step in sorted(rules.optional):
        yield Definition(
            "“{step}” is optional: it counts for those who took it on their way.", {"step": [rules.steps[step].name]}
        )
    if rules.hold:
        yield Definition(
            "All steps have the same {properties}; events without have none of them.",
            {"properties": ", ".join(rules.hold)},
        )


def _length(us: int) -> str:
    return write_duration(timedelta(microseconds=us))
