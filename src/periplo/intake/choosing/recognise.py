"""Which mapping fits a file: by its columns, or the one that was asked for, with an error that helps if it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from periplo.errors import MissingColumn, WrongPreset
from periplo.intake.mappings.mapping import Mapping, Names, names, sources, time_of
from periplo.intake.mappings.preset_files import NESTED, preset_mappings, preset_of
from periplo.intake.mappings.table import Header

_NESTED_SIGNS: dict[str, list[Names]] = {
    "ga4": ["event_name", "event_timestamp", ["event_params", "user_pseudo_id"]],
    "segment": [
        "type",
        ["messageId", "anonymousId", "userId", "message_id"],
        ["event", "properties", "context", "name"],
    ],
}


def recognise(columns: Sequence[str]) -> Mapping | str | None:
    """The mapping, or the name of the nested preset, of which a file has all signs; the one with most signs."""
    header = _header(columns)
    for name in NESTED:
        if not _missing(_NESTED_SIGNS[name], header):
            return name
    fitting = [mapping for mapping in preset_mappings() if not _missing(mapping.signature, header)]
    return max(fitting, key=lambda mapping: len(mapping.signature), default=None)


def choose(preset: str, file: Path, columns: Sequence[str]) -> Mapping | str:
    """The mapping of this preset for a file. Raises ``WrongPreset``, or ``MissingColumn`` where little is missing."""
    header = _header(columns)
    if preset in NESTED:
        if _missing(_NESTED_SIGNS[preset], header):
            raise _wrong(preset, file, _NESTED_SIGNS[preset], columns)
        return preset
    shapes = [mapping for mapping in preset_mappings() if preset_of(mapping) == preset]
    fitting = [mapping for mapping in shapes if not _missing(mapping.signature, header)]
    if fitting:
        return max(fitting, key=lambda mapping: len(mapping.signature))
    nearest = max(shapes, key=lambda mapping: (_share(mapping.signature, header), -len(mapping.name)))
    if _share(nearest.signature, header) <= 0.5:
        raise _wrong(preset, file, nearest.signature, columns)
    raise missing_column(file, _missing(nearest.signature, header)[0], header)


def check_columns(mapping: Mapping, file: Path, columns: Sequence[str]) -> None:
    """A mapping that a user gave names columns that are there. Raises ``MissingColumn``."""
    header = _header(columns)
    wanted = [value.column for _, value in sources(mapping) if value.column]
    wanted += [time.column for time in [time_of(mapping.time)] if time.column]
    for column in _missing(wanted, header):
        raise missing_column(file, column, header)


def missing_column(file: Path, column: Names, header: Header) -> MissingColumn:
    """The error about a column that is needed, with the names that may be meant."""
    near = header.near(names(column)[0])
    return MissingColumn(
        "{file} has no column “{column}”.",
        why="It has: {columns}.",
        fix="Did you mean {near}? Rename it, or say in a mapping file (--map) which column has it."
        if near
        else "Add it, or say in a mapping file (--map) which column has it.",
        file=file.name,
        column="” / “".join(names(column)[:4]),
        near=near,
        columns=", ".join(header.columns[:30]),
    )


def _header(columns: Iterable[str]) -> Header:
    """Column names, and the outer names of nested ones: ``properties.price`` is also ``properties``."""
    outer = (name.partition(".")[0] for name in columns)
    return Header(list(dict.fromkeys([*columns, *outer])))


def _missing(signature: Iterable[Names], header: Header) -> list[Names]:
    return [column for column in signature if not header.found(column)]


def _share(signature: Sequence[Names], header: Header) -> float:
    return 1 - len(_missing(signature, header)) / max(1, len(signature))


def _wrong(preset: str, file: Path, signature: Sequence[Names], columns: Sequence[str]) -> WrongPreset:
    fitting = recognise(columns)
    other = fitting if isinstance(fitting, str) else preset_of(fitting) if fitting else ""
    return WrongPreset(
        "{file} is not what the preset {preset} expects.",
        why="It expects the columns {expected}; the file has {columns}.",
        fix="The preset {other} fits: use --preset {other}."
        if other
        else "Leave out --preset to have the columns guessed, or give a mapping file with --map.",
        file=file.name,
        preset=preset,
        expected=", ".join(names(column)[0] for column in signature),
        columns=", ".join(columns[:30]),
        other=other,
    )
