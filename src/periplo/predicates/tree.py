"""The predicate as a typed tree (law 6). Two predicates that say the same in the same order are equal and hashable."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

import msgspec

Op = Literal[
    "eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "exists", "regex"
]  # fmt: skip
OPS: tuple[Op, ...] = get_args(Op)

Value: TypeAlias = bool | int | float | str
Values: TypeAlias = tuple[Value, ...]


class _Node(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    pass


class PropertyIs(msgspec.Struct, frozen=True):
    """One property of an event compared with a value (with values, for ``in`` and ``not_in``).

    ``zone`` is the time zone of the calendar properties ``hour`` and ``weekday``; ``contacts`` are the events that have
    another kind of contact in the shop's own words than in ours, and which.
    """

    property: str
    op: Op
    value: Value | Values
    zone: str = "UTC"
    contacts: tuple[tuple[str, str], ...] = ()


class EventIs(_Node, frozen=True, kw_only=True, tag="event"):
    """The event at hand: its name is one of ``names`` (any where there are none), and all tests hold."""

    names: tuple[str, ...] = ()
    where: tuple[PropertyIs, ...] = ()


class Did(_Node, frozen=True, kw_only=True, tag="did"):
    """``what`` held at between ``at_least`` and ``at_most`` (None: any number) events so far, this one included.

    ``within``  counts only events at most so long before this instant (the edge belongs to it)
    ``since, until``  counts only events from the one instant on and before the other
    """

    what: Predicate
    at_least: int = 1
    at_most: int | None = None
    within: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None


class Sequence(_Node, frozen=True, kw_only=True, tag="sequence"):
    """So far the steps happened in this order, other events between them or not, the whole ``within`` a time."""

    steps: tuple[Predicate, ...]
    within: timedelta | None = None


class FirstTouch(_Node, frozen=True, kw_only=True, tag="first_touch"):
    """``what`` held at the customer's first event."""

    what: Predicate


class InSegment(_Node, frozen=True, kw_only=True, tag="segment"):
    """The customer is in a segment by now. ``where`` is the segment's predicate, read over a customer."""

    name: str
    where: Predicate


class All(_Node, frozen=True, kw_only=True, tag="all"):
    parts: tuple[Predicate, ...]


class AnyOf(_Node, frozen=True, kw_only=True, tag="any"):
    parts: tuple[Predicate, ...]


class Not(_Node, frozen=True, kw_only=True, tag="not"):
    part: Predicate


Predicate: TypeAlias = EventIs | Did | Sequence | FirstTouch | InSegment | All | AnyOf | Not


def inside(predicate: Predicate) -> tuple[Predicate, ...]:
    """The predicates directly inside another."""
    match predicate:
        case All(parts=parts) | AnyOf(parts=parts) | Sequence(steps=parts):
            return parts
        case Did(what=part) | FirstTouch(what=part) | Not(part=part) | InSegment(where=part):
            return (part,)
        case _:
            return ()


def about_one_event(predicate: Predicate) -> bool:
    """Whether only the event at hand decides, and not what happened before."""
    if isinstance(predicate, EventIs):
        return True
    return isinstance(predicate, All | AnyOf | Not) and all(map(about_one_event, inside(predicate)))


def over_customer(predicate: Predicate) -> Predicate:
    """The predicate read over a customer, with no event at hand: a condition on an event means that some event of
    theirs fulfils it, its negation that none does."""
    match predicate:
        case EventIs():
            return Did(what=predicate)
        case Not(part=part):
            return Not(part=over_customer(part))
        case AnyOf(parts=parts):
            return AnyOf(parts=tuple(map(over_customer, parts)))
        case All(parts=parts):
            if about_one_event(predicate) and not all(isinstance(part, Not) for part in parts):
                return Did(what=predicate)
            return All(parts=tuple(map(over_customer, parts)))
        case _:
            return predicate
