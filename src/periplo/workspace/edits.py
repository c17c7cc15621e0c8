"""Changing single values of a refused row or message, and leaving the rest as it is."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import msgspec

from periplo.errors import UnknownName, UsageError
from periplo.intake.files.csv_layout import delimiter_of
from periplo.log import Reject

_READ_TEXT = "surrogatepass"


def edited(row: Reject, changes: Mapping[str, Any]) -> str:
    """The row with other values: by place in JSON (``properties.products.0.price``), by column in a table; None takes
    a value away. Raises ``UsageError``, ``UnknownName``."""
    return _of_table(row, changes) if row.header else _of_json(row, changes)


def given(text: str) -> Any:
    """A value as people write it: JSON where it is that, else the text itself."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text


def places(row: Reject) -> dict[str, str]:
    """The values that can be changed one by one, by their place, written as ``given`` reads them (in a table as they
    stand there); none where the row cannot be taken apart."""
    if row.header:
        return _cells(row)
    try:
        return {path: text for path, text in _leaves("", read_json(row.text)) if path}
    except ValueError:
        return {}


def changes_of(row: Reject, texts: Mapping[str, str]) -> dict[str, Any]:
    """The changes that somebody made who was shown ``places`` and gave these ``texts`` back; others may be added."""
    before = places(row)
    changed = {place: text for place, text in texts.items() if before.get(place, "") != text}
    return {place: text if row.header else given(text) for place, text in changed.items()}


def _cells(row: Reject) -> dict[str, str]:
    try:
        columns, cells, _ = read_table(row, row.text)
    except ValueError:
        return {}
    return dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=False))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not value or not inside:
        yield path, _written(value)
    for key, one in inside:
        if "." not in str(key):  # such a place cannot be named
            yield from _leaves(f"{path}.{key}" if path else str(key), one)


def _written(value: Any) -> str:
    plain = isinstance(value, str) and value.isprintable() and isinstance(given(value), str) and value[:1] != '"'
    return value if plain else msgspec.json.encode(value).decode()


def read_json(text: str) -> Any:
    """Raises ``ValueError`` for what is no JSON."""
    return msgspec.json.decode(text.encode("utf-8", _READ_TEXT))


def read_table(row: Reject, text: str) -> tuple[list[str], list[str], str]:
    """The columns of a row's table, the cells of a text of the row, and what stands between them. Raises ``ValueError``
    where it is not one row."""
    by = delimiter_of([row.header, row.raw])
    [columns], [cells] = (list(csv.reader([one], delimiter=by)) for one in (row.header, text))
    return columns, cells, by


def _of_json(row: Reject, changes: Mapping[str, Any]) -> str:
    try:
        whole = read_json(row.text)
    except ValueError as error:
        raise UsageError(
            "This message is no JSON: single values of it cannot be changed.",
            why="{detail}.",
            fix="Give the whole of it as it should be, with --file or “text”.",
            detail=str(error),
        ) from error
    for path, value in changes.items():
        _put(whole, path, value)
    return msgspec.json.encode(whole).decode()


def _put(whole: Any, path: str, value: Any) -> None:
    """Changes one value; objects on the way to it are made where there are none."""
    *way, last = path.split(".")
    here = whole
    for step in way:
        if isinstance(here, dict) and not isinstance(here.get(step), dict | list):
            here[step] = {}
        here = here[_key(here, step, path)]
    key = _key(here, last, path)
    if value is not None:
        here[key] = value
    elif isinstance(here, list) or key in here:
        del here[key]


def _key(here: Any, step: str, path: str) -> Any:
    if isinstance(here, dict):
        return step
    if isinstance(here, list) and step.isdigit() and int(step) < len(here):
        return int(step)
    raise UsageError(
        "There is no place “{path}” in this message.",
        why="At “{step}” it has no object, and no list that is so long.",
        fix="Look at it: periplo quarantine show SHOP ID",
        path=path,
        step=step,
    )


def _of_table(row: Reject, changes: Mapping[str, Any]) -> str:
    columns, cells, by = read_table(row, row.text)
    for name, value in changes.items():
        if name not in columns:
            raise UnknownName("column", name, columns)
        cells += [""] * (len(columns) - len(cells))
        cells[columns.index(name)] = "" if value is None else str(value)
    out = StringIO()
    csv.writer(out, delimiter=by, lineterminator="").writerow(cells)
    return out.getvalue()
