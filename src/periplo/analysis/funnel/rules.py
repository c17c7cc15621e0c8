"""What a funnel asks, read from its options and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from periplo.analysis.basis import Step, microseconds
from periplo.analysis.condition import Condition
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import I64
from periplo.vocabulary import Taxonomy

Order = Literal["ordered", "strict", "any"]
Start = Literal["latest", "first", "every"]
Unit = Literal["customer", "session", "attempt"]
Place = int | str
Exclude = Step | tuple[Step, Place, Place]
"""What ends an attempt: everywhere, or between two steps, by name or number from 1."""

MOST_STEPS, MOST_HELD, MOST_EXCLUSIONS = 32, 3, 32
NO_LIMIT_US = 1 << 60
NO_FURTHER = "no further step"
_BETWEEN = re.compile(r"(.+?) between (.+) and (.+)", re.S)


@dataclass(frozen=True)
class Exclusion:
    """``what`` ends an attempt that took step ``after`` and has not taken step ``before`` (from 0)."""

    what: Condition
    after: int
    before: int


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The options of a funnel. Times in microseconds; steps are numbered from 0."""

    steps: tuple[Condition, ...]
    within_us: int
    taxonomy: Taxonomy
    order: Order = "ordered"
    start: Start = "latest"
    step_us: int = NO_LIMIT_US
    grace_us: int = 0
    exclusions: tuple[Exclusion, ...] = ()
    optional: frozenset[int] = frozenset()
    hold: tuple[str, ...] = ()
    unit: Unit = "customer"

    @property
    def needed(self) -> I64:
        """The steps that may not be left out."""
        return np.array([k for k in range(len(self.steps)) if k not in self.optional], np.int64)

    @property
    def since(self) -> I64:
        """For each step the needed one before it, from which its time and its rate run; 0 for the first."""
        needed = self.needed
        return needed[np.maximum(np.searchsorted(needed, np.arange(len(self.steps))) - 1, 0)]

    @property
    def plain(self) -> bool:
        """Whether nothing but steps in order within a time is asked, the latest start carried, per customer."""
        usual = (self.order, self.start, self.unit) == ("ordered", "latest", "customer")
        return usual and self.step_us == NO_LIMIT_US and not (self.grace_us or self.exclusions or self.hold)


def steps_of(given: Sequence[Step], read: Callable[[Step], Condition]) -> tuple[Condition, ...]:
    if not 1 <= len(given) <= MOST_STEPS:
        raise UsageError("A funnel has 1 to {most} steps; there are {n}.", most=MOST_STEPS, n=len(given))
    return tuple(read(step) for step in given)


def length_us(text: str | None, otherwise: int) -> int:
    """A length of time in microseconds; "0" is none."""
    if text is None:
        return otherwise
    return 0 if text.strip() == "0" else microseconds(text)


def place_of(given: Place, steps: Sequence[Condition], option: str) -> int:
    """A step, by its number from 1 or by its name, as its number from 0. Raises ``UnknownName``, or ``UsageError``
    where several steps have the name."""
    text = str(given).strip()
    names = [step.name for step in steps]
    if text.isdecimal():
        if 1 <= int(text) <= len(steps):
            return int(text) - 1
    elif names.count(text) > 1:
        raise UsageError(
            "Several steps are “{name}” ({option}).", fix="Say which by its number, from 1.", name=text, option=option
        )
    elif text in names:
        return names.index(text)
    raise UnknownName("step", text, names, where=option)


def exclusions_of(
    given: Sequence[Exclude], steps: Sequence[Condition], read: Callable[[Step], Condition]
) -> tuple[Exclusion, ...]:
    """Exclusions as people write them: a predicate, "EVENT between STEP and STEP", or the three in a tuple."""
    if len(given) > MOST_EXCLUSIONS:
        raise UsageError("There can be {most} exclusions; there are {n}.", most=MOST_EXCLUSIONS, n=len(given))
    return tuple(_exclusion(each, steps, read) for each in given)


def _exclusion(given: Exclude, steps: Sequence[Condition], read: Callable[[Step], Condition]) -> Exclusion:
    what, after, before = _parted(given)
    if len(steps) < 2:
        raise UsageError("What is excluded lies between two steps; there is one step.")
    if after is None or before is None:
        return Exclusion(read(what), 0, len(steps) - 1)
    first, second = place_of(after, steps, "exclude"), place_of(before, steps, "exclude")
    if first >= second:
        raise UsageError(
            "“{first}” does not come before “{second}” in the funnel (exclude).",
            first=steps[first].name,
            second=steps[second].name,
        )
    return Exclusion(read(what), first, second)


def _parted(given: Exclude) -> tuple[Step, Place | None, Place | None]:
    if isinstance(given, tuple):
        return given
    if isinstance(given, str) and (found := _BETWEEN.fullmatch(given.strip())):
        return found[1].strip(), found[2], found[3]
    return given, None, None


def check(rules: Rules, properties: Sequence[str]) -> Rules:
    """Raises ``UsageError`` for options that contradict each other, ``UnknownName`` for a property there is not."""
    if len(rules.hold) > MOST_HELD:
        raise UsageError("At most {most} properties can be held; there are {n}.", most=MOST_HELD, n=len(rules.hold))
    for name in rules.hold:
        if name not in properties:
            raise UnknownName("property", name, properties, where="hold")
    if rules.optional & {0, len(rules.steps) - 1}:
        raise UsageError("The first and the last step of a funnel cannot be optional.")
    if any({each.after, each.before} & rules.optional for each in rules.exclusions):
        raise UsageError("What is excluded lies between two steps that are not optional.")
    _check_order(rules)
    return rules


def _check_order(rules: Rules) -> None:
    limited, ordered = rules.step_us != NO_LIMIT_US, rules.order == "ordered"
    if rules.optional and not ordered:
        raise UsageError("Only steps in order (order=ordered) can be optional.")
    if rules.grace_us and (limited or not ordered):
        raise UsageError(
            "A grace is for steps in order (order=ordered) without a time from step to step (within_step)."
        )
    if rules.order == "any" and limited:
        raise UsageError(
            "Steps in any order have no step before: a time from step to step (within_step) needs an order."
        )
    if rules.order == "strict" and rules.exclusions:
        raise UsageError("In strict order every other event ends an attempt: nothing is left to exclude.")
    if rules.order == "any" and any(each.before - each.after < len(rules.steps) - 1 for each in rules.exclusions):
        raise UsageError("In any order nothing lies between two steps: exclude it everywhere.")
