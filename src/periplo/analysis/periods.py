"""Days, weeks and months in the shop's time zone, daylight saving included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np

from periplo.journeys.columns import I64

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = get_args(Period)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(us: int) -> datetime:
    """Microseconds since 1970 as an instant in UTC."""
    return _EPOCH + timedelta(microseconds=us)


def microseconds(when: datetime) -> int:
    """An instant as microseconds since 1970; a time without a zone is UTC."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def midnight(day: date, zone: str) -> int:
    """The instant (us) at which a day begins in a zone."""
    return microseconds(datetime.combine(day, time(), ZoneInfo(zone)))


def periods(since_us: int, until_us: int, zone: str, unit: Period) -> tuple[I64, tuple[str, ...]]:
    """The instants (us) at which the periods of a window begin, and their names: 2026-03-29, 2026-W13, 2026-03.

    The period of a time is ``np.searchsorted(starts, time_us, "right") - 1``.
    """
    days = list(_days(since_us, until_us, zone, unit))
    names = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
    return np.array([midnight(day, zone) for day in days], np.int64), tuple(day.strftime(names[unit]) for day in days)


def last_is_over(since_us: int, until_us: int, zone: str, unit: Period) -> bool:
    """Whether the last period of a window ends with it: one instant later another begins."""
    return len(periods(since_us, until_us, zone, unit)[0]) < len(periods(since_us, until_us + 1, zone, unit)[0])


def _days(since_us: int, until_us: int, zone: str, unit: Period) -> Iterator[date]:
    """The first day of each period."""
    day, last = (instant(us).astimezone(ZoneInfo(zone)).date() for us in (since_us, until_us))
    day -= timedelta(days={"day": 0, "week": day.weekday(), "month": day.day - 1}[unit])
    while day <= last:
        yield day
        day += timedelta(days={"day": 1, "week": 7, "month": 32}[unit])
        day -= timedelta(days=day.day - 1 if unit == "month" else 0)
