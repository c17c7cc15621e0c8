"""Predicates over one customer's events as they come, one by one; agrees with the evaluation over columns.

    live = Live(predicate)
    state = live.new()                  # one per customer: plain lists and numbers, so that it can be kept as JSON
    live.see(state, happening)          # the truth at this event, counting it
    live.at(state, time_us)             # the truth for the customer now, with no event at hand

Events come in the order of the journey: time, then arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from periplo.predicates.clock import NO_LIMIT, calendar_value, instant_us, length_us
from periplo.predicates.comparisons import holds
from periplo.predicates.properties import contact_of
from periplo.predicates.tree import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    InSegment,
    Not,
    Predicate,
    PropertyIs,
    Sequence,
    over_customer,
)

State: TypeAlias = list[Any]


class Happening(NamedTuple):
    """An event, as far as predicates look at it. A property that is absent or None is one that it does not have."""

    time_us: int
    event: str
    channel: str
    properties: Mapping[str, str | float | None] = {}


class Live:
    """A predicate made ready to follow customers."""

    def __init__(self, predicate: Predicate) -> None:
        self._root = _node(predicate)
        self._customer = _node(over_customer(predicate))

    def new(self) -> State:
        """The state of a customer without events."""
        return [self._root.new(), self._customer.new()]

    def see(self, state: State, happening: Happening) -> bool:
        """Takes in one event and gives the truth at its instant."""
        self._customer.see(state[1], happening)
        return self._root.see(state[0], happening)

    def at(self, state: State, time_us: int) -> bool:
        """The truth for the customer at an instant, not before the last event seen."""
        return self._customer.at(state[1], time_us)


class _Node(Protocol):
    """One part of a predicate."""

    def new(self) -> State: ...

    def see(self, state: State, happening: Happening) -> bool: ...

    def at(self, state: State, time_us: int) -> bool: ...


class _EventNode:
    def __init__(self, predicate: EventIs) -> None:
        self.names = frozenset(predicate.names)
        self.tests = [(test, holds(test)) for test in predicate.where]

    def new(self) -> State:
        return []

    def see(self, state: State, happening: Happening) -> bool:
        named = not self.names or happening.event in self.names
        return named and all(fits(_value(test, happening)) for test, fits in self.tests)

    def at(self, state: State, time_us: int) -> bool:
        return False


class _JoinNode:
    def __init__(self, join: Callable[[list[bool]], bool], parts: tuple[Predicate, ...]) -> None:
        self.join, self.parts = join, [_node(part) for part in parts]

    def new(self) -> State:
        return [part.new() for part in self.parts]

    def see(self, state: State, happening: Happening) -> bool:
        # Every part sees every event, also where the first already decides.
        return self.join([part.see(own, happening) for part, own in zip(self.parts, state, strict=True)])

    def at(self, state: State, time_us: int) -> bool:
        return self.join([part.at(own, time_us) for part, own in zip(self.parts, state, strict=True)])


class _DidNode:
    """State: that of ``what``, and the latest times at which it counted, no more than can matter."""

    def __init__(self, predicate: Did) -> None:
        self.did, self.what = predicate, _node(predicate.what)
        self.since = -NO_LIMIT if predicate.since is None else instant_us(predicate.since)
        self.until = NO_LIMIT if predicate.until is None else instant_us(predicate.until)
        self.within = length_us(predicate.within)
        self.most = max(predicate.at_least, -1 if predicate.at_most is None else predicate.at_most + 1)

    def new(self) -> State:
        return [self.what.new(), []]

    def see(self, state: State, happening: Happening) -> bool:
        times: list[int] = state[1]
        if self.what.see(state[0], happening) and self.since <= happening.time_us < self.until:
            times.append(happening.time_us)
            del times[: -self.most or None]
        return self.at(state, happening.time_us)

    def at(self, state: State, time_us: int) -> bool:
        count = sum(time >= time_us - self.within for time in state[1])
        return self.did.at_least <= count and (self.did.at_most is None or count <= self.did.at_most)


class _SequenceNode:
    """State: those of the steps, the latest beginning of a run of so many steps, and whether one is complete."""

    def __init__(self, predicate: Sequence) -> None:
        self.steps = [_node(step) for step in predicate.steps]
        self.within = length_us(predicate.within)

    def new(self) -> State:
        return [[step.new() for step in self.steps], [-NO_LIMIT] * len(self.steps), False]

    def see(self, state: State, happening: Happening) -> bool:
        own, begun, _ = state
        fits = [step.see(inner, happening) for step, inner in zip(self.steps, own, strict=True)]
        for step in range(len(fits) - 1, 0, -1):
            if fits[step]:
                begun[step] = max(begun[step], begun[step - 1])
        if fits[0]:
            begun[0] = happening.time_us
        state[2] = state[2] or (begun[-1] > -NO_LIMIT and happening.time_us - begun[-1] <= self.within)
        return bool(state[2])

    def at(self, state: State, time_us: int) -> bool:
        return bool(state[2])


class _FirstTouchNode:
    """State: the truth at the first event, None before it."""

    def __init__(self, what: Predicate) -> None:
        self.what = _node(what)

    def new(self) -> State:
        return [None]

    def see(self, state: State, happening: Happening) -> bool:
        if state[0] is None:
            state[0] = self.what.see(self.what.new(), happening)
        return bool(state[0])

    def at(self, state: State, time_us: int) -> bool:
        return bool(state[0])


def _node(predicate: Predicate) -> _Node:
    match predicate:
        case EventIs():
            return _EventNode(predicate)
        case All(parts=parts):
            return _JoinNode(all, parts)
        case AnyOf(parts=parts):
            return _JoinNode(any, parts)
        case Not(part=part):
            return _JoinNode(_none, (part,))
        case InSegment(where=where):
            return _node(where)
        case Did():
            return _DidNode(predicate)
        case Sequence():
            return _SequenceNode(predicate)
        case FirstTouch(what=what):
            return _FirstTouchNode(what)


def _none(truths: list[bool]) -> bool:
    return not any(truths)


def _value(test: PropertyIs, happening: Happening) -> str | float | None:
    match test.property:
        case "event":
            return happening.event
        case "channel":
            return happening.channel
        case "contact":
            return contact_of(test)(happening.event)
        case "hour" | "weekday":
            return calendar_value(test.property, happening.time_us, test.zone)
        case name:
            return happening.properties.get(name)
