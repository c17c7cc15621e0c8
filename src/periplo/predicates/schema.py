"""The published JSON Schema of predicates, for editors: ``predicate.schema.json`` beside this file is its output."""

from __future__ import annotations

from typing import Any

from periplo.predicates.comparisons import LISTS, NUMERIC, TEXTUAL
from periplo.predicates.parse import KEYS, MODIFIED, MODIFIERS
from periplo.predicates.tree import OPS

SCHEMA_ID = "urn:periplo:predicate"

_PREDICATE = {"$ref": "#/$defs/Predicate"}
_PREDICATES = {"type": "array", "items": _PREDICATE, "minItems": 1}
_NAME = {"type": "string", "minLength": 1}
_DURATION = {"type": "string", "pattern": r"^(\s*\d+([.,]\d+)?\s*[a-zA-Zíi]+)+\s*$", "examples": ["7d", "2h30m"]}
_DAY = {"type": "string", "examples": ["2024-05-31", "2024-05-31T18:00:00Z"]}
_SCALAR = {"type": ["string", "number", "boolean"]}
_WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "event": (
        {"oneOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]},
        "This event, or one of these; * for any.",
    ),
    "where": ({"$ref": "#/$defs/Tests"}, "Properties of the event."),
    "did": (_PREDICATE, "Happened so far, at least once unless told otherwise."),
    "did_not": (_PREDICATE, "Did not happen so far."),
    "at_least": ({"type": "integer", "minimum": 1}, "So many times or more."),
    "at_most": ({"type": "integer", "minimum": 0}, "So many times or fewer, also never."),
    "exactly": ({"type": "integer", "minimum": 0}, "Just so many times."),
    "within": (_DURATION, "With did: in so long before this instant. With sequence: from first to last step."),
    "since": (_DAY, "Counts from this day or moment on."),
    "until": (_DAY, "Counts to the end of this day, or before this moment."),
    "sequence": (_PREDICATES, "Happened in this order, with other events between them or not."),
    "first_touch": ({"anyOf": [_PREDICATE, {"$ref": "#/$defs/Tests"}]}, "Held at the customer's first event."),
    "segment": (_NAME, "The customer is in this segment by now."),
    "all": (_PREDICATES, "All of them."),
    "any": (_PREDICATES, "At least one of them."),
    "not": (_PREDICATE, "The contrary."),
}


def json_schema() -> dict[str, Any]:
    """The schema of what ``parse`` reads. ``$defs.Predicate`` can be taken into another schema with its neighbours."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Periplo predicate",
        **_PREDICATE,
        "$defs": {"Predicate": _predicate(), "Tests": _tests(), "Comparison": _comparison()},
    }


def _predicate() -> dict[str, Any]:
    words = {key: {**_WORDS[key][0], "description": _WORDS[key][1]} for key in KEYS}
    mapping = {
        "type": "object",
        "properties": words,
        "additionalProperties": False,
        "minProperties": 1,
        "dependentSchemas": {key: _needs(key) for key in MODIFIERS},
    }
    return {
        "description": "True or false at an event, counting that event. Several words together must all hold.",
        "oneOf": [{**_NAME, "description": "This event."}, mapping],
    }


def _needs(modifier: str) -> dict[str, Any]:
    """A modifier stands beside just one of the words it goes with."""
    fitting = [{"required": [head]} for head, modifiers in MODIFIED.items() if modifier in modifiers]
    others = [{"required": [head]} for head, modifiers in MODIFIED.items() if modifier not in modifiers]
    return {"oneOf": fitting} | ({"not": {"anyOf": others}} if others else {})


def _tests() -> dict[str, Any]:
    return {
        "description": "Property -> value, list of values (one of them), or comparisons. All must hold.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "oneOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}, {"$ref": "#/$defs/Comparison"}]
        },
    }


def _comparison() -> dict[str, Any]:
    operands: dict[str, Any] = {op: _SCALAR for op in OPS}
    operands |= {op: {"type": "array", "items": _SCALAR, "minItems": 1} for op in LISTS}
    operands |= {op: {"type": ["number", "string"]} for op in NUMERIC}
    operands |= {op: {"type": "string"} for op in TEXTUAL}
    operands |= {"exists": {"type": "boolean"}}
    return {"type": "object", "properties": operands, "additionalProperties": False, "minProperties": 1}
