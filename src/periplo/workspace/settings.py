"""``periplo.toml``: what a shop says about itself."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import msgspec
from babel import Locale

from periplo.connectors import Connector
from periplo.errors import BadSettings, UnknownName, did_you_mean
from periplo.privacy import Privacy


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``currency`` (ISO 4217) and ``time_zone`` (IANA) hold where data do not say; ``country`` (ISO 3166) tells how
    phone numbers are read; ``simulated``: the shop is invented, and its map says so; ``privacy``: what is kept;
    ``database``: the URL of a PostgreSQL database for log, state and people, empty for SQLite files in the folder;
    ``connectors``: the systems that report by webhook.
    """

    name: str
    currency: str = "EUR"
    time_zone: str = "UTC"
    country: str = "ES"
    simulated: bool = False
    database: str = ""
    privacy: Privacy = Privacy()
    connectors: dict[str, Connector] = {}

    @classmethod
    def read(cls, file: Path, name: str) -> Settings:
        """The settings in a file; ``name`` holds where it gives none. Raises ``BadSettings``, ``UnknownName``."""
        given = {"name": name} | _toml(file)
        for setting, value in given.items():
            if setting not in cls.__struct_fields__:
                raise UnknownName("setting", setting, cls.__struct_fields__, where=file.name)
            if setting not in _TABLES:
                _check(file, setting, value)
        tables = {name: _in_table(file, name, given[name]) for name in _TABLES if name in given}
        return cls(**given | tables)

    def as_toml(self) -> str:
        """The settings as the text of a ``periplo.toml``."""
        return "\n".join(_tables("", msgspec.to_builtins(self), msgspec.to_builtins(Settings(name=""))))


_TABLES: dict[str, Any] = {"privacy": Privacy, "connectors": dict[str, Connector]}
"""The settings that are tables of their own."""


def _tables(name: str, values: dict[str, Any], usual: dict[str, Any]) -> Iterator[str]:
    """A table of TOML and those in it; what is as usual, or has no value, does not stand there."""
    told = {setting: value for setting, value in values.items() if value is not None and value != usual.get(setting)}
    plain = [one for one in told.items() if not isinstance(one[1], dict)]
    lines = [f"{setting} = {json.dumps(value, ensure_ascii=False)}\n" for setting, value in plain]
    if lines:
        yield "".join([f"[{name}]\n", *lines] if name else lines)
    for setting, value in told.items():
        if isinstance(value, dict):
            key = setting if setting.isidentifier() else json.dumps(setting, ensure_ascii=False)
            yield from _tables(f"{name}.{key}".strip("."), value, usual.get(setting, {}))


def _in_table(file: Path, name: str, given: object) -> Any:
    """The value of a table; of what is wrong in it the first is told."""
    try:
        return msgspec.convert(given, _TABLES[name])
    except msgspec.ValidationError as error:
        raise BadSettings(
            "{file}: the table [{table}] cannot be used: {detail}.",
            fix="See docs/reference/settings.md for what it can hold.",
            file=file.name,
            table=name,
            detail=str(error),
        ) from error


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(
            "{file} cannot be read.",
            why="TOML says: {detail}.",
            fix='Each line is a setting, as: currency = "EUR".',
            file=file.name,
            detail=error,
        ) from error


def _check(file: Path, setting: str, value: object) -> None:
    kind = bool if setting == "simulated" else str
    if not isinstance(value, kind) or value == "":
        raise BadSettings(
            "{file}: {setting} cannot be {value}.",
            fix="Write true or false." if kind is bool else "Write a text in quotes.",
            file=file.name,
            setting=setting,
            value=json.dumps(value, ensure_ascii=False, default=str),
        )
    known = _KNOWN.get(setting)
    if known and value not in (codes := known()):
        raise _unknown(file, setting, str(value), codes)


def _unknown(file: Path, setting: str, value: str, known: set[str]) -> BadSettings:
    return BadSettings(
        "{file}: {setting} cannot be “{value}”.",
        why=_WHAT[setting],
        fix="Did you mean {near}?" if (near := did_you_mean(value, known)) else "",
        file=file.name,
        setting=setting,
        value=value,
        near=near,
    )


def _codes(kind: str, length: int) -> set[str]:
    """The codes that the Unicode tables know: of ``currencies`` or ``territories``."""
    table: dict[str, str] = getattr(Locale("en"), kind)
    return {code for code in table if len(code) == length and code.isalpha()}


_KNOWN: dict[str, Callable[[], set[str]]] = {
    "currency": lambda: _codes("currencies", 3),
    "time_zone": available_timezones,
    "country": lambda: _codes("territories", 2),
}
_WHAT = {
    "currency": "It is a currency code of ISO 4217, as EUR or USD.",
    "time_zone": "It is a time zone name of IANA, as Europe/Madrid.",
    "country": "It is a country code of ISO 3166, as ES or MX.",
}
