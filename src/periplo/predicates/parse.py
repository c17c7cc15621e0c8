"""Reads predicates from YAML, JSON or plain data; every error names its place and proposes what was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from periplo.errors import BadPredicate
from periplo.predicates.comparisons import parse_tests
from periplo.predicates.durations import parse_duration
from periplo.predicates.instants import end_of, start_of
from periplo.predicates.problems import bad, under, unknown
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
from periplo.vocabulary import Taxonomy, taxonomy

COUNTS = ("at_least", "at_most", "exactly")
MODIFIERS = (*COUNTS, "within", "since", "until")
MODIFIED = {"did": MODIFIERS, "did_not": MODIFIERS, "sequence": ("within",)}
KEYS = ("event", "where", *MODIFIED, *MODIFIERS, "first_touch", "segment", "all", "any", "not")

_LOOKS_LIKE_YAML = re.compile(rf"\s*(\{{|({'|'.join(KEYS)})\s*:(\s|$))")


def parse(
    raw: Any,
    *,
    segments: Mapping[str, Predicate] | None = None,
    words: Taxonomy | None = None,
    zone: str = "UTC",
    place: str = "",
) -> Predicate:
    """A predicate from plain data, YAML or JSON text, or a bare event name; a predicate is given back as it is.

    ``segments``  what ``segment: name`` may name      ``words``  a shop's vocabulary, to canonicalise event names
    ``zone``      of days, hours and weekdays          ``place``  where it stands, for errors: "stages[2].where"

    Raises ``BadPredicate`` with the place and, where a word is unknown, the nearest known ones.
    """
    reader = _Reader(segments or {}, words or taxonomy(), zone)
    return reader.predicate(_from_yaml(raw, place) if isinstance(raw, str) else raw, place)


def _from_yaml(text: str, place: str) -> Any:
    if not _LOOKS_LIKE_YAML.match(text):
        return text
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        problem = " ".join(str(getattr(error, "problem", error)).split())
        raise bad(place, "This is not YAML: {problem}.", problem=problem) from error


def _own_contacts(words: Taxonomy) -> tuple[tuple[str, str], ...]:
    contacts = {name: kind.contact for name, kind in words.events.items()}
    return tuple((name, contacts[name]) for name in sorted(contacts) if contacts[name] != taxonomy().contact(name))


class _Reader:
    def __init__(self, segments: Mapping[str, Predicate], words: Taxonomy, zone: str) -> None:
        self.segments, self.words, self.zone = segments, words, zone

    def predicate(self, raw: Any, place: str) -> Predicate:
        if isinstance(raw, Predicate):
            return raw
        if isinstance(raw, str):
            return self._event_is({"event": raw}, place)
        if not isinstance(raw, Mapping) or not raw:
            fix = "Write an event's name, or one of: {known}."
            raise bad(place, "A predicate is expected.", fix, known=", ".join(KEYS))
        for key in raw:
            if key not in KEYS:
                raise unknown(under(place, str(key)), "“{name}” is not known in a predicate.", str(key), KEYS)
        modified = self._modified(raw, place)
        parts = [self._part(key, raw, place, modified) for key in raw if key not in MODIFIERS and key != "where"]
        if "where" in raw and "event" not in raw:
            parts.insert(0, self._event_is(raw, place))
        return parts[0] if len(parts) == 1 else All(parts=tuple(parts))

    def _part(self, key: str, raw: Mapping[str, Any], place: str, modifiers: Mapping[str, Any]) -> Predicate:
        at, value = under(place, key), raw[key]
        if key == "event":
            return self._event_is(raw, place)
        if key in ("all", "any", "sequence"):
            parts = self._list(value, at)
            if key == "sequence":
                return Sequence(steps=parts, within=modifiers.get("within"))
            return All(parts=parts) if key == "all" else AnyOf(parts=parts)
        if key == "segment":
            return self._segment(value, at)
        if key == "first_touch":
            return FirstTouch(what=self._first_touch(value, at))
        part = self.predicate(value, at)
        if key == "not":
            return Not(part=part)
        did = Did(what=part, **modifiers)
        return did if key == "did" else Not(part=did)

    def _event_is(self, raw: Mapping[str, Any], place: str) -> EventIs:
        names, at = raw.get("event", "*"), under(place, "event")
        if isinstance(names, list | tuple) and names:
            found = tuple(self._event(name, under(at, number)) for number, name in enumerate(names))
        else:
            found = () if names == "*" else (self._event(names, at),)
        tests = self._tests(raw["where"], under(place, "where")) if "where" in raw else ()
        return EventIs(names=tuple(dict.fromkeys(found)), where=tests)

    def _tests(self, raw: object, place: str) -> tuple[PropertyIs, ...]:
        tests = parse_tests(raw, place, self.zone)
        if not any(test.property == "contact" for test in tests):
            return tests
        own = _own_contacts(self.words)
        return tuple(replace(test, contacts=own) if test.property == "contact" else test for test in tests)

    def _event(self, name: Any, place: str) -> str:
        if not isinstance(name, str) or not name.strip():
            raise bad(place, "The name of an event is expected.")
        return self.words.canonical(name.strip())[0]

    def _list(self, raw: Any, place: str) -> tuple[Predicate, ...]:
        if not isinstance(raw, list | tuple) or not raw:
            raise bad(place, "A list of predicates is expected.")
        return tuple(self.predicate(part, under(place, number)) for number, part in enumerate(raw))

    def _segment(self, name: Any, place: str) -> Predicate:
        if name not in self.segments:
            raise unknown(place, "There is no segment “{name}”.", str(name), sorted(self.segments))
        return InSegment(name=name, where=over_customer(self.segments[name]))

    def _first_touch(self, raw: Any, place: str) -> Predicate:
        if isinstance(raw, Mapping) and not set(raw) <= set(KEYS):
            return EventIs(where=self._tests(raw, place))
        return self.predicate(raw, place)

    def _modified(self, raw: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The modifiers, read, for the one key that they belong to."""
        given = [key for key in raw if key in MODIFIERS]
        heads = [key for key in raw if key in MODIFIED]
        if given and len(heads) != 1:
            fix = "Put each with its own under all:." if heads else "Put it beside that word, not inside it."
            what = "“{name}” goes with one did, did_not or sequence; here are {count}."
            raise bad(under(place, given[0]), what, fix, name=given[0], count=len(heads))
        for key in given:
            if key not in MODIFIED[heads[0]]:
                raise bad(under(place, key), "“{name}” does not go with {head}.", name=key, head=heads[0])
        return self._bounds(raw, place) | self._times(raw, place)

    def _times(self, raw: Mapping[str, Any], place: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "within" in raw:
            found["within"] = _length(raw["within"], under(place, "within"))
        if "since" in raw:
            found["since"] = start_of(raw["since"], under(place, "since"), self.zone)
        if "until" in raw:
            found["until"] = end_of(raw["until"], under(place, "until"), self.zone)
        if "since" in found and found.get("until", found["since"]) < found["since"]:
            raise bad(under(place, "until"), "It ends before it begins.")
        return found

    def _bounds(self, raw: Mapping[str, Any], place: str) -> dict[str, Any]:
        counts = {key: _count(raw[key], under(place, key)) for key in COUNTS if key in raw}
        if counts.get("at_least") == 0:
            raise bad(under(place, "at_least"), "At least 0 times is always true.")
        if "exactly" in counts:
            if len(counts) > 1:
                raise bad(under(place, "exactly"), "With exactly, at_least and at_most say nothing more.")
            return {"at_least": counts["exactly"], "at_most": counts["exactly"]}
        if "at_most" not in counts:
            return counts
        least = counts.get("at_least", 0)
        if counts["at_most"] < least:
            raise bad(under(place, "at_most"), "It is less than at_least.")
        return {"at_least": least, "at_most": counts["at_most"]}


def _length(raw: Any, place: str) -> timedelta:
    try:
        return raw if isinstance(raw, timedelta) else parse_duration(str(raw))
    except BadPredicate as error:
        raise bad(place, error.what, error.fix, **error.values) from error


def _count(raw: Any, place: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise bad(place, "“{value}” is no number of times.", value=raw)
    return raw
