"""How far the customers, sessions or attempts of a part got: the plain funnel by its own kernel, else by attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.funnel.entries import Entries
from periplo.analysis.funnel.rules import Rules
from periplo.errors import UsageError
from periplo.journeys.columns import I64, U8, U16, U32, Bool, JourneyColumns, fixed
from periplo.journeys.kernels.funnel import NO_STEP, funnel
from periplo.journeys.kernels.funnel_attempts import attempts
from periplo.journeys.kernels.funnel_times import with_optional

Codes = U16 | U32
ORDERS, STARTS = ("ordered", "strict", "any"), ("latest", "first", "every")


@dataclass(frozen=True)
class Attempts:
    """Attempts that took a step, in the order of their customers.

    ``customer`` int64[u] whose it is; ``level`` uint8[u] how many steps were taken, optional ones left out counted
    in; ``still_open`` bool[u]; ``rows`` int64 one attempt after the other, the event that served each step, -1 for an
    optional step left out; ``times`` (us) of these events.
    """

    customer: I64
    level: U8
    still_open: Bool
    rows: I64
    times: I64

    @cached_property
    def first(self) -> I64:
        """Where the rows of each attempt begin."""
        return np.cumsum(self.level, dtype=np.int64) - self.level

    def at(self, step: int) -> I64:
        """The row of a step in each attempt, -1 where it was not taken."""
        if step == 0:
            return self.rows[self.first]
        found = np.full(len(self.level), -1, np.int64)
        took = np.flatnonzero(self.level > step)
        found[took] = self.rows[self.first[took] + step]
        return found

    @cached_property
    def last(self) -> I64:
        """The row of the furthest step."""
        found: I64 = self.rows[self.first + self.level - 1]
        return found


def follow(part: JourneyColumns, rules: Rules) -> Attempts:
    """Raises ``UsageError`` where an event fits two steps although there is a grace."""
    return _plainly(part, rules) if rules.plain else _with_options(part, rules)


def _plainly(part: JourneyColumns, rules: Rules) -> Attempts:
    needed = rules.needed
    code, bits = codes_of([rules.steps[k] for k in needed], part)
    # Room for all from numpy, which takes it in large pages: of small ones so many cost as much as the counting.
    customer, rows, times = (np.empty(size, np.int64) for size in (part.customers, part.events, part.events))
    level, still_open, used = funnel(
        part.offsets, part.time_us, part.person, code, _least(bits), bits, len(needed), rules.within_us, part.until_us,
        customer, rows, times,
    )  # fmt: skip
    customer, rows, times = customer[: len(level)], rows[:used], times[:used]
    if rules.optional:
        served = fixed(_marks(rules.steps, part), np.uint32)
        level, rows = with_optional(part.offsets, customer, level, rows, part.time_us, served, needed)
        times = part.time_us[rows]
    return Attempts(customer, level, still_open, rows, times)


def _with_options(part: JourneyColumns, rules: Rules) -> Attempts:
    needed = rules.needed
    found = Entries.of(part, rules, *(_marks(each, part) for each in (rules.steps, [x.what for x in rules.exclusions])))
    bits = np.zeros(len(found.row), np.uint32)
    for place, step in enumerate(needed):
        bits |= (found.served >> np.uint32(step) & np.uint32(1)) << np.uint32(place)
    if rules.grace_us and np.any(bits & (bits - np.uint32(1))):
        raise UsageError(
            "With a grace no event may fit two steps, and some do.", fix="Leave out the grace, or tell the steps apart."
        )
    places = {int(step): place for place, step in enumerate(needed)}
    between = np.array([(places[x.after], places[x.before]) for x in rules.exclusions], np.int64).reshape(-1, 2)
    limits = np.array([rules.within_us, rules.step_us, rules.grace_us], np.int64)
    _, level, still_open, entries = attempts(
        found.offsets, found.unit, found.closes, found.time, bits, found.excluded, between, len(needed), limits,
        ORDERS.index(rules.order), STARTS.index(rules.start), rules.unit == "attempt", part.until_us,
    )  # fmt: skip
    begun = entries[np.cumsum(level, dtype=np.int64) - level]
    if rules.optional:
        journey = np.searchsorted(found.offsets, begun, "right") - 1
        level, entries = with_optional(found.offsets, journey, level, entries, found.time, found.served, needed)
    rows = np.where(entries < 0, -1, found.row[entries])
    return Attempts(found.owner[begun], level, still_open, rows, part.time_us[rows])


def codes_of(steps: Sequence[Condition], part: JourneyColumns) -> tuple[Codes, U32]:
    """A code per event and, per code, the steps it may serve as bits: the event's own where names alone decide."""
    code: Codes = part.event
    by_name = [step.names(part.event_names) for step in steps]
    bits = np.zeros(len(part.event_names), np.uint32)
    for k, names in enumerate(by_name):
        if names is not None:
            bits |= names.astype(np.uint32) << np.uint32(k)
    for k, step in enumerate(steps):
        if by_name[k] is None:
            code, bits = _finer(code, bits, step.mask(part), k)
    return code, bits


def _finer(code: Codes, bits: U32, mask: Bool, step: int) -> tuple[Codes, U32]:
    """Codes that also tell whether an event may serve one more step; only those that occur."""
    both = code.astype(np.int64) * 2 + mask
    seen = np.bincount(both, minlength=2 * len(bits)) > 0
    place, old = np.cumsum(seen) - 1, np.flatnonzero(seen)
    few = len(old) <= 1 << 16
    fine: Codes = (
        fixed(place.astype(np.uint16)[both], np.uint16) if few else fixed(place.astype(np.uint32)[both], np.uint32)
    )
    return fine, bits[old >> 1] | (old & 1).astype(np.uint32) << np.uint32(step)


def _least(bits: U32) -> U8:
    """Per code the first step it may serve, or NO_STEP."""
    least = np.full(len(bits), NO_STEP, np.uint8)
    for step in range(31, -1, -1):
        least[bits >> np.uint32(step) & np.uint32(1) > 0] = step
    return least


def _marks(conditions: Sequence[Condition], part: JourneyColumns) -> U32:
    """Per event the conditions that hold, as bits."""
    code, bits = codes_of(conditions, part)
    return bits[code]
