"""Turns what is wrong with a map file into a message that names the place and proposes the nearest right word."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from periplo.errors import BadMap, did_you_mean
from periplo.maps import model
from periplo.maps.words import Words

Place = tuple[str | int, ...]

_PARTS = {
    "": model.Journey,
    "stages": model.Stage,
    "lanes": model.Lane,
    "persona": model.Persona,
    "settings": model.Settings,
}
_BOUND = re.compile(r"Expected `\w+` (?P<many>of length )?(?P<sign>[<>]=) (?P<n>-?[\d.]+)")
_KIND = re.compile(r"Expected `(\w+)(?: \| \w+)*`, got ")
_KINDS = {
    "object": "A table of names and values",
    "array": "A list",
    "str": "A text",
    "int": "A whole number",
    "float": "A number",
}
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


def round_trip() -> YAML:
    """A reader and writer that keeps comments, order and quotes."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def bad_map(file: str, text: str, place: Place, why: str, fix: str = "", /, **values: object) -> BadMap:
    """The error for one place of one file; ``why`` and ``fix`` are templates filled with ``values``.

    ``why`` begins with ``{place}: `` where there is one.
    """
    line = line_of(round_trip().load(text), place) if place else 1
    what = "The map {file} cannot be read at line {line}." if place else "The map {file} cannot be read."
    return BadMap(what, why=why, fix=fix, **({"file": file, "line": line, "place": written(place)} | values))


def explain(error: msgspec.ValidationError, file: str, text: str) -> BadMap:
    """A failed validation as a ``BadMap``."""
    said = str(error)
    place = _place_in(said)
    if unknown := re.search(r"contains unknown field `(.*?)`", said):
        known = [field.encode_name for field in msgspec.structs.fields(_part_at(place))]
        return unknown_name(file, text, (*place, unknown[1]), unknown[1], known)
    if missing := re.search(r"missing required field `(.*?)`", said):
        return bad_map(file, text, place, "{place}: The field “{field}” is missing.", "Add it.", field=missing[1])
    why, values = _misfit(said.split(" - at ")[0])
    return bad_map(file, text, place, f"{{place}}: {why}" if place else why, **values)


def _misfit(said: str) -> tuple[str, dict[str, object]]:
    """What does not fit, as a template and its values."""
    if bound := _BOUND.fullmatch(said):
        least, many = bound["sign"] == ">=", bound["many"]
        if many:
            return ("At least {limit} are needed." if least else "At most {limit} are possible."), {"limit": bound["n"]}
        limit = bound["n"].removesuffix(".0")
        return ("It must be at least {limit}." if least else "It must be at most {limit}."), {"limit": limit}
    if wrong := _KIND.match(said):
        return "{kind} is expected here.", {"kind": _KINDS.get(wrong[1], wrong[1])}
    return "The value does not fit: {problem}.", {"problem": said}


def unknown_name(file: str, text: str, place: Place, name: str, known: list[str]) -> BadMap:
    """``name`` stands where only one of ``known`` may."""
    near = did_you_mean(name, known)
    fix = "Did you mean {near}?" if near else "Known: {known}."
    why = "{place}: “{name}” is not known here."
    return bad_map(file, text, place, why, fix, name=name, near=near, known=", ".join(known))


def line_of(document: object, place: Place) -> int:
    """The line, from 1, at which the deepest part of ``place`` that exists begins."""
    line = 1
    for step in place:
        if isinstance(document, CommentedMap) and step in document:
            line = document.lc.key(step)[0] + 1
        elif isinstance(document, CommentedSeq) and isinstance(step, int) and step < len(document):
            line = document.lc.item(step)[0] + 1
        else:
            break
        document = document[step]
    return line


def written(place: Place) -> str:
    """``("stages", 1, "where")`` -> ``stages[1].where``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def place_of(text: str) -> Place:
    """``stages[1].where`` -> ``("stages", 1, "where")``."""
    steps = _STEP.findall(text if text.startswith((".", "[")) else f".{text}")
    return tuple(name or int(index) for name, index in steps)


def _place_in(said: str) -> Place:
    found = re.search(r"`\$(.*?)`$", said)
    return place_of(found[1]) if found and found[1] else ()


def _part_at(place: Place) -> Any:
    names = [step for step in place if isinstance(step, str)]
    if not names:
        return model.Journey
    return _PARTS.get(names[-1], Words)
