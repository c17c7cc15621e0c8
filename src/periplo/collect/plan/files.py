"""The files of the plan: ours, and over them a shop's own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from periplo.collect.plan.plan import Plan
from periplo.errors import BadPlan
from periplo.vocabulary import Taxonomy

OURS = ("ecommerce-v2.yaml", "periplo.yaml")
_PARTS = {"plan", "version", "events", "$defs"}


def load(folder: Path, words: Taxonomy) -> Plan:
    """Our plans with those of a shop's folder (``*.yaml``, ``*.json``) over them, by name. Raises ``BadPlan``."""
    whole: dict[str, Any] = {"events": {}, "$defs": {}}
    versions = []
    for file, text in _texts(folder):
        found = _read(file, text)
        _check(file, found)
        versions.append(f"{found.get('plan', file)} {found.get('version', '')}".strip())
        whole = _merged(whole, {part: found[part] for part in whole if part in found})
    return Plan(whole["events"], whole["$defs"], tuple(versions), words)


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    data = resources.files(__package__).joinpath("data")
    yield from ((name, data.joinpath(name).read_text("utf-8")) for name in OURS)
    for path in sorted(folder.glob("*")):
        if path.suffix in {".yaml", ".yml", ".json"}:
            yield path.name, path.read_text("utf-8-sig", "replace")


def _read(file: str, text: str) -> dict[str, Any]:
    try:
        found = YAML(typ="safe").load(text)  # JSON is YAML too
    except YAMLError as error:
        raise _bad(file, str(error).replace("\n", " ")) from error
    if not isinstance(found, dict) or not isinstance(found.get("events", {}), dict):
        raise _bad(file, "it has no “events” with their schemas")
    if strange := sorted({*map(str, found)} - _PARTS):
        raise _bad(file, f"it has “{strange[0]}”, which is none of {', '.join(sorted(_PARTS))}")
    return found


def _check(file: str, found: dict[str, Any]) -> None:
    """Each schema must be one."""
    for name, schema in found.get("events", {}).items():
        if schema is not None and not isinstance(schema, dict):
            raise _bad(file, f"“{name}” has no schema")
        try:
            jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **(schema or {})})
        except jsonschema_rs.ValidationError as error:
            raise _bad(file, f"the schema of “{name}” is none: {error.message}") from error


def _merged(under: Any, over: Any) -> Any:
    """What ``over`` names lies over the rest; null takes away."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    both = under | {name: _merged(under.get(name), value) for name, value in over.items()}
    return {name: value for name, value in both.items() if value is not None}


def _bad(file: str, problem: str) -> BadPlan:
    return BadPlan(
        "The tracking plan cannot be used; see plan/{file}.",
        why="{problem}.",
        fix="Mend the file, or take it away to use Periplo's own plan. Its form: docs/reference/tracking-plan.md.",
        file=file,
        problem=problem,
    )
