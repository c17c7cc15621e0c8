"""Changing single values of a refused row or message, and leaving the rest as it is."""

from __future__ import annotations

import csv
from collections.abc import Mapping
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


def _of_json(row: Reject, changes: Mapping[str, Any]) -> str:
    try:
        whole = msgspec.json.decode(row.text.encode("utf-8", _READ_TEXT))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
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
    by = delimiter_of([row.header, row.raw])
    [columns], [cells] = (list(csv.reader([text], delimiter=by)) for text in (row.header, row.text))
    for name, value in changes.items():
        if name not in columns:
            raise UnknownName("column", name, columns)
        cells += [""] * (len(columns) - len(cells))
        cells[columns.index(name)] = "" if value is None else str(value)
    out = StringIO()
    csv.writer(out, delimiter=by, lineterminator="").writerow(cells)
    return out.getvalue()
