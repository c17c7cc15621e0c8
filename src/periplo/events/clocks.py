"""Clocks and their repair (SEMANTICS 1). A sender's clock may be wrong, but wrong by the same in both its stamps.

``occurred = received - (sent - original)`` when all three are there, else ``original``, else what else is known.
A result more than 23 h ahead of ``received``, or before 1990, becomes ``received``, with a flag that says why.
What no clock dates, but the moment of its import or a whole table, is flagged too: it tells nothing of time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from periplo.events.schema import INSTANT

FUTURE, ANCIENT, UNDATED = "future", "ancient", "undated"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST_AHEAD = timedelta(hours=23) // _MICROSECOND
_EARLIEST = (datetime(1990, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


class Repaired(NamedTuple):
    """When an event occurred, and why that is not what the sender said: "future", "ancient", "undated", or None."""

    occurred_at: datetime
    flag: str | None


def repair(
    original: datetime | None, sent: datetime | None, received: datetime | None, now: datetime | None = None
) -> Repaired | None:
    """The repaired time of one event; None where no clock is known. ``now`` stands in for a missing ``received``."""
    at, sent_at, reference = _microseconds(original), _microseconds(sent), _microseconds(received or now)
    occurred = next((known for known in (at, sent_at, reference) if known is not None), None)
    if occurred is None:
        return None
    if at is not None and sent_at is not None and received is not None and reference is not None:
        occurred = reference - (sent_at - at)
    if at is None and sent_at is None and received is None:
        return Repaired(_EPOCH + occurred * _MICROSECOND, UNDATED)
    flag = _flag(occurred, reference)
    if flag and reference is not None:
        occurred = reference
    return Repaired(_EPOCH + occurred * _MICROSECOND, flag)


def repair_columns(original: Any, sent: Any, received: Any, now: datetime | None = None) -> tuple[pa.Array, pa.Array]:
    """``repair`` over Arrow columns of instants: when the events occurred (null where unknown), and the flags."""
    at, sent_at, received_at = (_int64(column) for column in (original, sent, received))
    all_there = at.there & sent_at.there & received_at.there
    reference = received_at.or_else(_fixed(_microseconds(now), len(at.values)))
    known = at.or_else(sent_at).or_else(reference)
    occurred = np.where(all_there, received_at.values - (sent_at.values - at.values), known.values)
    future = known.there & reference.there & (occurred > reference.values + _MOST_AHEAD)
    ancient = known.there & (occurred < _EARLIEST)
    undated = known.there & ~(at.there | sent_at.there | received_at.there)
    occurred = np.where((future | ancient) & reference.there, reference.values, occurred)
    flag = pa.nulls(len(occurred), pa.string())
    for where, word in ((ancient, ANCIENT), (future, FUTURE), (undated, UNDATED)):
        flag = pc.if_else(pa.array(where), word, flag) if where.any() else flag
    return pa.array(occurred, pa.int64(), mask=~known.there).cast(INSTANT), flag


class _Clock(NamedTuple):
    """Microseconds since 1970, and where they are known."""

    values: NDArray[np.int64]
    there: NDArray[np.bool_]

    def or_else(self, other: _Clock) -> _Clock:
        return _Clock(np.where(self.there, self.values, other.values), self.there | other.there)


def _int64(column: Any) -> _Clock:
    instants = column.cast(INSTANT).cast(pa.int64())
    there = np.asarray(instants.is_valid())
    return _Clock(np.asarray(pc.fill_null(instants, 0)), there)


def _fixed(value: int | None, rows: int) -> _Clock:
    return _Clock(np.full(rows, value or 0), np.full(rows, value is not None))


def _flag(occurred: int, reference: int | None) -> str | None:
    if reference is not None and occurred > reference + _MOST_AHEAD:
        return FUTURE
    return ANCIENT if occurred < _EARLIEST else None


def _microseconds(when: datetime | None) -> int | None:
    return None if when is None else (when - _EPOCH) // _MICROSECOND
