"""Settings read: the file first, then the environment over it; each value is checked where it was written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from periplo.errors import BadSettings, UnknownName, did_you_mean
from periplo.workspace.settings.checks import check
from periplo.workspace.settings.listing import OF_FILE, PREFIX, Setting, all_settings, variables

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_ENVIRONMENT = "environment"


def read(struct: type[msgspec.Struct], file: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The values given, table by table, checked. Raises ``BadSettings``, ``UnknownName``."""
    found: dict[str, Any] = {}
    declared = {setting.path: setting for setting in all_settings(struct)}
    for path, value in _given(_toml(file), declared, file.name).items():
        _put(found, declared[path], _converted(file.name, declared[path].path, declared[path], value))
    for variable, setting in variables(struct).items():
        text = _text(environment, variable)
        if text is not None:
            _put(found, setting, _converted(_ENVIRONMENT, variable, setting, _parsed(setting.kind, text)))
    _refuse_unknown(environment, variables(struct))
    return found


def _given(tables: Mapping[str, Any], declared: Mapping[str, Setting], file: str) -> dict[str, Any]:
    """What a file gives, by path. Raises ``UnknownName``, ``BadSettings``."""
    sections = {setting.section for setting in declared.values()} - {""}
    found: dict[str, Any] = {}
    for name, value in tables.items():
        if name not in sections:
            found[name] = value
        elif isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            raise BadSettings("{file}: {setting} is a table: write [{setting}].", file=file, setting=name)
    for path in found.keys() - declared.keys():
        section, _, name = path.rpartition(".")
        known = [one.name for one in declared.values() if one.section == section]
        where = f"{file}, [{section}]" if section else file
        raise UnknownName("setting", name, [*known, *([] if section else sections)], where=where)
    return found


def _put(found: dict[str, Any], setting: Setting, value: Any) -> None:
    (found.setdefault(setting.section, {}) if setting.section else found)[setting.name] = value


def _converted(place: str, called: str, setting: Setting, value: Any) -> Any:
    """The value as it is kept. Raises ``BadSettings``."""
    try:
        msgspec.convert(value, setting.type)
    except msgspec.ValidationError as error:
        raise _refused(place, called, setting, value, str(error)) from error
    check(place, called, setting.path, value)
    return value


def _refused(place: str, called: str, setting: Setting, value: Any, detail: str) -> BadSettings:
    told = {"file": place, "setting": called, "value": json.dumps(value, ensure_ascii=False, default=str)}
    what, kind = "{file}: {setting} cannot be {value}.", setting.kind
    if isinstance(kind, inspect.LiteralType):
        words = ", ".join(map(str, kind.values))
        near = did_you_mean(str(value), map(str, kind.values))
        fix = "Did you mean {near}? It is one of: {words}." if near else "Write one of: {words}."
        return BadSettings(what, fix=fix, words=words, near=near, **told)
    if isinstance(kind, inspect.IntType):
        return BadSettings(
            what, fix="Write a whole number from {least} to {most}.", least=kind.ge, most=kind.le, **told
        )
    if isinstance(kind, inspect.UnionType):
        number, text = kind.types
        fix = "Write a whole number from {least} to {most}, or “{word}”."
        least, most, word = getattr(number, "ge", 0), getattr(number, "le", 0), getattr(text, "values", ("",))[0]
        return BadSettings(what, fix=fix, least=least, most=most, word=word, **told)
    if isinstance(kind, inspect.BoolType):
        return BadSettings(what, fix="Write true or false.", **told)
    if isinstance(kind, inspect.ListType):
        return BadSettings(what, fix="Write texts in quotes, in brackets.", **told)
    if isinstance(kind, inspect.StrType):
        return BadSettings(what, fix="Write a text in quotes.", **told)
    return BadSettings("{file}: the table [{setting}] cannot be used: {detail}.", detail=detail, **told)


def _parsed(kind: inspect.Type, text: str) -> Any:
    """A text of the environment as a file would give it; as it is where it cannot be read so."""
    if isinstance(kind, inspect.BoolType):
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
    if isinstance(kind, inspect.IntType | inspect.UnionType):
        return int(text) if text.strip().isascii() and text.strip().isdigit() else text
    if isinstance(kind, inspect.ListType):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _text(environment: Mapping[str, str], variable: str) -> str | None:
    """What the environment gives, or the file that it names."""
    text, file = environment.get(variable), environment.get(variable + OF_FILE)
    if file is None:
        return text
    if text is not None:
        raise BadSettings(
            "{one} and {other} are both set.", fix="Unset one of them.", one=variable, other=variable + OF_FILE
        )
    try:
        return Path(file).read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            "{variable}: the file {file} cannot be read.",
            why="The system says: {reason}.",
            variable=variable + OF_FILE,
            file=file,
            reason=getattr(error, "strerror", None) or error,
        ) from error


def _refuse_unknown(environment: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    """Names that are in a table of ours, or nearly a setting's, are meant for us; others may be somebody else's."""
    sections = tuple(f"{PREFIX}{setting.section.upper()}_" for setting in known.values() if setting.section)
    short = {name.removeprefix(PREFIX): name for name in known}
    for name in environment:
        if not name.startswith(PREFIX) or name.removesuffix(OF_FILE) in known:
            continue
        if name.startswith(sections) or did_you_mean(name.removeprefix(PREFIX).removesuffix(OF_FILE), short, alike=0.8):
            raise UnknownName("setting", name, known, where=_ENVIRONMENT)


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
