"""Settings as the text of a ``periplo.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from periplo.workspace.settings.listing import all_settings

_ALWAYS = ("name", "currency", "time_zone", "country", "simulated")
"""What stands in a new file, so that its owner sees it; the rest where it is not as usual."""


def written(settings: msgspec.Struct) -> str:
    """Tables of TOML: what a shop says of itself, and what differs from the usual."""
    tables: dict[str, dict[str, Any]] = {}
    values = msgspec.to_builtins(settings)
    for setting in all_settings(type(settings)):
        value = (values[setting.section] if setting.section else values)[setting.name]
        if value != setting.default or setting.path in _ALWAYS:
            tables.setdefault(setting.section, {})[setting.name] = value
    return "\n".join(chain.from_iterable(_tables(name, table) for name, table in tables.items()))


def _tables(name: str, values: dict[str, Any]) -> Iterator[str]:
    """A table and those in it; what has no value does not stand there."""
    told = {setting: value for setting, value in values.items() if value is not None}
    plain = {setting: value for setting, value in told.items() if not isinstance(value, dict)}
    if plain:
        lines = [f"{setting} = {json.dumps(value, ensure_ascii=False)}\n" for setting, value in plain.items()]
        yield "".join([f"[{name}]\n", *lines] if name else lines)
    for setting in told.keys() - plain.keys():
        key = setting if setting.isidentifier() else json.dumps(setting, ensure_ascii=False)
        yield from _tables(f"{name}.{key}".strip("."), told[setting])
