"""The customers behind the numbers of a stage flow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.stages import STATUS, Stages
from periplo.journeys.columns import I64, U8, Bool, JourneyColumns
from periplo.journeys.kernels.stages import DROPPED, NOT_ENTERED


def behind(question: Stages, columns: JourneyColumns, ref: str) -> I64 | None:
    """References: ``stage/<id>/`` and then ``customers``, ``entered``, ``went_on``, ``dropped``, ``still_open``, or
    ``entry|exit|touchpoint/<channel>/<contact>``, ``action/<event>``, ``channel/<name>``, ``content/<kind>/<value>``.
    """
    ids = [name for name, _ in question.stages]
    match ref.split("/", 3):
        case ["stage", name, what] if name in ids:
            return _counted(question, columns, ids.index(name), what)
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
    stage = question.stage_of(columns)
    if what in {"entry", "exit"}:
        return _at_the_edge(question, columns, stage, s, what, value)
    finders: dict[str, Callable[[], Bool | None]] = {
        "touchpoint": lambda: question.touchpoints.codes(columns) == _touchpoint(question, value),
        "action": lambda: columns.event == columns.code(value),
        "channel": lambda: columns.channel == _place(columns.channel_names, value),
        "content": lambda: _content(columns, value),
    }
    holds = finders[what]() if what in finders else None
    return None if holds is None else customers_of(columns, np.flatnonzero((stage == s) & holds))


def _at_the_edge(question: Stages, columns: JourneyColumns, stage: U8, s: int, what: str, value: str) -> I64:
    status, _, first, last, _ = question.status_of(columns, stage)
    whose = np.flatnonzero(status[:, s] != NOT_ENTERED if what == "entry" else status[:, s] == DROPPED)
    rows = (first if what == "entry" else last)[whose, s]
    found: I64 = whose[question.touchpoints.codes(columns)[rows] == _touchpoint(question, value)]
    return found


def _touchpoint(question: Stages, value: str) -> int:
    channel, _, contact = value.partition("/")
    code = question.touchpoints.code(channel, contact)
    return -2 if code is None else code  # no event has -2; -1 are the events that are no contact


def _content(columns: JourneyColumns, value: str) -> Bool | None:
    kind, _, name = value.partition("/")
    column = coded(columns, kind)
    return None if column is None or name not in column.values else column.codes == column.values.index(name)


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1


def customers_of(columns: JourneyColumns, rows: I64) -> I64:
    """The customers who own these rows, ascending, each once."""
    return np.unique(np.searchsorted(columns.offsets, rows, "right") - 1)
