"""Names in a predicate that neither the data nor the vocabulary have: slips, where somebody asks by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from periplo.predicates.properties import EVERYWHERE, Columns, names_of
from periplo.predicates.tree import EventIs, InSegment, Predicate, inside
from periplo.vocabulary import Taxonomy


class Unknown(NamedTuple):
    """A name that no event has, and those there are."""

    kind: Literal["event", "property"]
    name: str
    known: tuple[str, ...]


def unknown_names(predicate: Predicate, columns: Columns, words: Taxonomy) -> list[Unknown]:
    """The events and properties named in a predicate that neither these data nor the vocabulary have, each once.

    Who asks whether a property exists may name any; and what a segment names, who asks for the segment did not write.
    """
    parts = list(_conditions(predicate))
    events = [name for name in named_events(predicate) if name not in words.events]
    tests = [test for part in parts for test in part.where if test.op != "exists"]
    tested = [test.property for test in tests if test.property not in (*EVERYWHERE, *words.properties)]
    # What properties there are may have to be read from all events: only where one is in doubt.
    properties = names_of(columns) if tested else ()
    found = [Unknown("event", name, columns.event_names) for name in events if name not in columns.event_names]
    found += [Unknown("property", name, properties) for name in tested if name not in properties]
    return list(dict.fromkeys(found))


def named_events(predicate: Predicate) -> tuple[str, ...]:
    """The events that a predicate names, each once; not what a segment names that it asks for."""
    return tuple(dict.fromkeys(name for part in _conditions(predicate) for name in part.names))


def _conditions(predicate: Predicate) -> Iterator[EventIs]:
    if isinstance(predicate, EventIs):
        yield predicate
    for part in () if isinstance(predicate, InSegment) else inside(predicate):
        yield from _conditions(part)
