"""Names in a predicate that the data do not have: no error, but worth a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from periplo.errors import did_you_mean
from periplo.predicates.properties import Columns, names_of
from periplo.predicates.tree import EventIs, Predicate, inside


class Unknown(NamedTuple):
    """A name that no event has; ``near`` are the nearest there are, quoted and joined, or empty."""

    kind: Literal["event", "property"]
    name: str
    near: str


def unknown_names(predicate: Predicate, columns: Columns) -> list[Unknown]:
    """The events and properties named in a predicate that these data do not have, each once."""
    events, parts = columns.event_names, list(_conditions(predicate))
    # What properties there are may have to be read from all events: only where one is named.
    properties = names_of(columns) if any(part.where for part in parts) else ()
    found: dict[Unknown, None] = {}
    for part in parts:
        for name in part.names:
            if name not in events:
                found[Unknown("event", name, did_you_mean(name, events))] = None
        for test in part.where:
            if test.property not in properties:
                found[Unknown("property", test.property, did_you_mean(test.property, properties))] = None
    return list(found)


def _conditions(predicate: Predicate) -> Iterator[EventIs]:
    if isinstance(predicate, EventIs):
        yield predicate
    for part in inside(predicate):
        yield from _conditions(part)
