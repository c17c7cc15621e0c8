"""The plan itself: whether a message says what its event should say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jsonschema_rs
import msgspec

from periplo.collect.rules import PLAN_LACKS, PLAN_TYPE, PLAN_VALUE, Rule
from periplo.vocabulary import Taxonomy
from periplo.vocabulary.taxonomy import plain

_SHOWN = 100


class Violation(NamedTuple):
    """What a message does not say as the plan has it: the rule, where in the message, and the values of the reason."""

    event: str
    rule: Rule
    path: str
    values: dict[str, str]


class _Told(msgspec.Struct, gc=False):
    type: Any = None
    event: Any = None
    properties: Any = None


_read = msgspec.json.Decoder(_Told).decode


class Plan:
    """The schemas by event. ``versions``: which plans they come from, as "ecommerce-v2 2". Safe for threads."""

    def __init__(
        self, schemas: Mapping[str, Any], definitions: Any, versions: tuple[str, ...], words: Taxonomy
    ) -> None:
        self.schemas, self.definitions, self.versions = schemas, definitions, versions
        self._words = words
        self._validators = {
            name: jsonschema_rs.validator_for({"type": "object", **schema, "$defs": definitions})
            for name, schema in schemas.items()
        }
        self._named: dict[str, str | None] = {}

    def look(self, raw: bytes | msgspec.Raw, call: str | None = None) -> Violation | None:
        """The first thing that is not as planned; None also for events that no plan names, and for what cannot be
        read: others say so. ``call``: what the message is where it does not say it."""
        try:
            told = _read(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if (told.type or call) != "track" or not isinstance(told.event, str):
            return None
        name = self._planned(told.event)
        properties = {} if told.properties is None else _said(told.properties)
        if name is None or self._validators[name].is_valid(properties):
            return None
        return _violation(name, next(iter(self._validators[name].iter_errors(properties))))

    def _planned(self, name: str) -> str | None:
        """The event of the plan. One with a name of another vocabulary (GA4) has its properties too: it is left."""
        if name not in self._named:
            found = self._words.canonical(name)[0]
            known = found in self.schemas and plain(found) == plain(name)
            if len(self._named) > 1 << 14:
                self._named.clear()
            self._named[name] = found if known else None
        return self._named[name]


def _said(properties: Any) -> Any:
    """An explicit null says nothing."""
    if isinstance(properties, dict) and None in properties.values():
        return {name: value for name, value in properties.items() if value is not None}
    return properties


def _violation(event: str, error: jsonschema_rs.ValidationError) -> Violation:
    kind, place = error.kind, [str(step) for step in error.instance_path]
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        lacks = str(kind.property)
        return _at(event, PLAN_LACKS, [*place, lacks], name=lacks)
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
        return _at(event, PLAN_TYPE, place, value=repr(error.instance)[:_SHOWN], kinds=", ".join(kind.types))
    return _at(event, PLAN_VALUE, place, problem=error.message[:_SHOWN])


def _at(event: str, rule: Rule, place: list[str], **values: str) -> Violation:
    path = ".".join(("properties", *place))
    return Violation(event, rule, path, {"event": event, "path": path} | values)
