"""Instants and lengths of time as microseconds, and the calendar of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CALENDAR = ("hour", "weekday")
"""Properties read from the time of an event: hour 0-23, weekday 1 (Monday) to 7."""

NO_LIMIT = 2**62
"""Microseconds longer than any journey."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant_us(when: datetime) -> int:
    """Microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def length_us(length: timedelta | None) -> int:
    """A length in microseconds; None: no limit."""
    return NO_LIMIT if length is None else length // _MICROSECOND


def calendar_value(name: str, time_us: int, zone: str) -> float:
    """The hour or weekday of an instant, in a time zone."""
    when = (_EPOCH + time_us * _MICROSECOND).astimezone(ZoneInfo(zone))
    return float(when.hour if name == "hour" else when.isoweekday())


def calendar_column(name: str, time_us: NDArray[np.int64], zone: str) -> NDArray[np.float64]:
    """``calendar_value`` over many instants."""
    instants = pa.array(time_us).cast(pa.timestamp("us", tz=zone))
    found = pc.hour(instants) if name == "hour" else pc.day_of_week(instants, count_from_zero=False, week_start=1)
    return np.asarray(found, np.float64)
