"""Mapping files: read, checked with the place of a fault, written; and the presets, which are such files."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from periplo.errors import BadMapping, UnknownName, did_you_mean
from periplo.intake.mappings.mapping import FIELDS, Condition, Lines, Lookup, Mapping, More, Property, Time, Value
from periplo.intake.mappings.synonyms import part_meant
from periplo.privacy import CHANNELS

_PARTS = (Mapping, Value, Time, Lines, Lookup, More, Condition, Property)

NESTED = ("segment", "ga4")
"""Presets that are code, because their rows are nested JSON."""


@cache
def preset_mappings() -> tuple[Mapping, ...]:
    """All mappings among the presets; ``order-lines.uci`` is one of the preset ``order-lines``."""
    files = sorted(resources.files(__package__).joinpath("presets").iterdir(), key=lambda file: file.name)
    return tuple(read_mapping(file.read_text("utf-8"), file.name) for file in files if file.name.endswith(".yaml"))


def preset_of(mapping: Mapping) -> str:
    """The preset a mapping belongs to."""
    return mapping.name.partition(".")[0]


PRESETS = (
    "segment",
    "ga4",
    "shopify-orders",
    "shopify-customers",
    "woocommerce-orders",
    "order-lines",
    "clickstream",
    "complete-journey",
    "store-tickets",
    "calls",
    "stock-feed",
    "ad-costs",
)
"""The kinds of export that are known by name."""


def check_preset(name: str) -> str:
    """The name, if there is such a preset. Raises ``UnknownName``."""
    if name not in PRESETS:
        raise UnknownName("preset", name, PRESETS)
    return name


def load_mapping(path: Path) -> Mapping:
    """A mapping file. Raises ``BadMapping``, with the place in it."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadMapping(
            "The mapping file {file} cannot be read.",
            why="The system says: {problem}.",
            fix="Give a YAML file; periplo import --dry-run proposes one.",
            file=path.name,
            problem=str(error),
        ) from error
    return read_mapping(text, path.name)


def read_mapping(text: str, file: str) -> Mapping:
    """A mapping from YAML. Raises ``BadMapping``, with the place in it."""
    try:
        data = _plain(YAML(typ="safe").load(text))
        if isinstance(data, dict):
            data = {"name": file.rpartition(".")[0] or file} | {k: v for k, v in data.items() if k != "$schema"}
        mapping = msgspec.convert(data, Mapping)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _bad(file, f"line {line}", str(error.problem)) from error
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$.").removeprefix("$")
        raise _bad(file, place, problem, _near(problem, place)) from error
    _check(mapping, file)
    return mapping


def write_mapping(mapping: Mapping) -> str:
    """A mapping as YAML that ``read_mapping`` reads back."""
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    plain: dict[str, Any] = msgspec.to_builtins(mapping)
    yaml.dump(plain, out)
    return out.getvalue()


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of mapping files."""
    schema = msgspec.json.schema(Mapping)
    for part in ("Mapping", "More"):
        schema["$defs"][part]["properties"]["fields"]["propertyNames"] = {"enum": list(FIELDS)}
    channels = "|".join(CHANNELS)
    schema["$defs"]["Mapping"]["properties"]["consent"]["propertyNames"] = {"pattern": rf"^[^.]+(\.({channels}))?$"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Periplo mapping file"} | schema


def _check(mapping: Mapping, file: str) -> None:
    """What the schema cannot say: fields that exist, and the parts without which there is no event."""
    used = [*mapping.fields, *(name for more in mapping.also for name in more.fields)]
    for name in used:
        if name not in FIELDS:
            near = did_you_mean(name, FIELDS) or part_meant(name)
            raise _bad(file, f"fields.{name}", "There is no such field of an event", near)
    if not mapping.skip and not mapping.event:
        raise _bad(file, "event", "It does not say what happened: give a name or a column")
    if not mapping.skip and mapping.time is None:
        raise _bad(file, "time", "It does not say when it happened: give a column")


def _plain(data: Any) -> Any:
    """YAML reads 7 and 2026-01-01 as a number and a date; in a mapping they are the text of a value or a column."""
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data if data is None or isinstance(data, (str, bool)) else str(data)


def _near(problem: str, place: str) -> str:
    """What may be meant by a word that is no part of a mapping; beside the parts, also what belongs into one."""
    unknown = re.search(r"unknown field `(.+)`", problem)
    if not unknown:
        return ""
    known = {name for kind in _PARTS for name in kind.__struct_fields__}
    return did_you_mean(unknown[1], known) or ("" if place else part_meant(unknown[1]))


def _bad(file: str, place: str, problem: str, near: str = "") -> BadMapping:
    return BadMapping(
        "The mapping {file} cannot be used, at “{place}”." if place else "The mapping {file} cannot be used.",
        why="{problem}.",
        fix="Did you mean {near}?" if near else "The parts of a mapping are described in docs/howto/import.md.",
        file=file,
        place=place,
        problem=problem,
        near=near,
    )
