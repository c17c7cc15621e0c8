"""The list of all settings, read off their declaration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect, structs

PREFIX, OF_FILE = "PERIPLO_", "_FILE"


class Setting(NamedTuple):
    """One setting. ``section``: its table, empty for the first; ``default`` is None where there is none."""

    section: str
    name: str
    type: Any
    default: Any
    meaning: str

    @property
    def path(self) -> str:
        """As it is called in messages: ``server.port``."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def variable(self) -> str:
        """Its name in the environment; empty for a table, which only the file can give."""
        return "" if isinstance(self.kind, inspect.DictType) else PREFIX + self.path.replace(".", "_").upper()

    @property
    def kind(self) -> inspect.Type:
        """Its type, as msgspec tells of it."""
        return _bare(inspect.type_info(self.type))


def all_settings(struct: type[msgspec.Struct], section: str = "") -> Iterator[Setting]:
    """All settings that a struct declares, table by table."""
    tables = []
    for field in structs.fields(struct):
        told = inspect.type_info(field.type)
        if isinstance(_bare(told), inspect.StructType):
            tables.append(field)
            continue
        meaning = (told.extra_json_schema or {}).get("description", "") if isinstance(told, inspect.Metadata) else ""
        yield Setting(section, field.name, field.type, _default(field), meaning)
    for field in tables:
        yield from all_settings(field.type, field.name)


def variables(struct: type[msgspec.Struct]) -> dict[str, Setting]:
    """The settings by their name in the environment."""
    return {setting.variable: setting for setting in all_settings(struct) if setting.variable}


def _bare(told: inspect.Type) -> inspect.Type:
    return told.type if isinstance(told, inspect.Metadata) else told


def _default(field: structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.required else field.default
