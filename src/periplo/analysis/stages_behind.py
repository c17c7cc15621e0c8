"""The customers behind the numbers of a stage flow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from periplo.analysis.counting import coded
from periplo.analysis.stages import STATUS, Stages
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.kernels.stages import DROPPED, NOT_ENTERED


class _List(NamedTuple):
    """What a list of a stage counts: ``names`` as references write them, the ``rows`` it looks at, and the code of
    each row, negative for none."""

    names: Sequence[str]
    rows: I64
    codes: NDArray[Any]


def behind(question: Stages, columns: JourneyColumns, ref: str) -> I64 | None:
    """References: ``stage/<id>/`` and then ``customers``, ``entered``, ``went_on``, ``dropped``, ``still_open``, or
    ``entry|exit|touchpoint/<channel>/<contact>``, ``action/<event>``, ``channel/<name>``, ``content/<kind>/<value>``,
    or ``other/<list>/<n>``: of a list (``entry``, ``action``, ``content/page`` ...) all but its n largest entries.
    """
    ids = [name for name, _ in question.stages]
    match ref.split("/", 3):
        case ["stage", name, what] if name in ids:
            return _counted(question, columns, ids.index(name), what)
        case ["stage", name, "other", rest] if name in ids:
            what, _, listed = rest.rpartition("/")
            return _others(question, columns, ids.index(name), what, listed)
        case ["stage", name, what, value] if name in ids:
            return _listed(question, columns, ids.index(name), what, value)
    return None


def _counted(question: Stages, columns: JourneyColumns, s: int, what: str) -> I64 | None:
    status, _, _, _, now = question.status_of(columns, question.stage_of(columns))
    if what == "customers":
        return np.flatnonzero(now == s)
    if what == "entered":
        return np.flatnonzero(status[:, s] != NOT_ENTERED)
    return np.flatnonzero(status[:, s] == STATUS[what]) if what in STATUS else None


def _listed(question: Stages, columns: JourneyColumns, s: int, what: str, value: str) -> I64 | None:
    """Whom one entry of a list counts; nobody where the data do not have it."""
    if what == "content":
        kind, _, value = value.partition("/")
        what = f"content/{kind}"
    found = _list(question, columns, s, what)
    if found is None:
        return None
    code = found.names.index(value) if value in found.names else len(found.names)
    return customers_of(columns, found.rows[found.codes == code])


def _others(question: Stages, columns: JourneyColumns, s: int, what: str, listed: str) -> I64 | None:
    """Whom the entries of a list count that come after the first ``listed``."""
    found = _list(question, columns, s, what)
    if found is None or not re.fullmatch("[0-9]{1,9}", listed):
        return None
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names))
    first = np.argsort(-counts, kind="stable")[: int(listed)]
    return customers_of(columns, found.rows[(found.codes >= 0) & ~np.isin(found.codes, first)])


def _list(question: Stages, columns: JourneyColumns, s: int, what: str) -> _List | None:
    stage = question.stage_of(columns)
    if what in {"entry", "exit"}:
        status, _, first, last, _ = question.status_of(columns, stage)
        whose = status[:, s] != NOT_ENTERED if what == "entry" else status[:, s] == DROPPED
        rows = (first if what == "entry" else last)[whose, s]
    else:
        rows = np.flatnonzero(stage == s)
    found = _coded(question, columns, what)
    return None if found is None else _List(found[0], rows, found[1][rows])


def _coded(question: Stages, columns: JourneyColumns, what: str) -> tuple[Sequence[str], NDArray[Any]] | None:
    """The names of a list, and their code for every event."""
    match what.split("/"):
        case ["entry" | "exit" | "touchpoint"]:
            return ["/".join(pair) for pair in question.touchpoints.pairs], question.touchpoints.codes(columns)
        case ["action"]:
            return columns.event_names, columns.event
        case ["channel"]:
            return columns.channel_names, columns.channel
        case ["content", kind] if column := coded(columns, kind):
            return column.values, column.codes
    return None


def customers_of(columns: JourneyColumns, rows: I64) -> I64:
    """The customers who own these rows, ascending, each once."""
    return np.unique(np.searchsorted(columns.offsets, rows, "right") - 1)
