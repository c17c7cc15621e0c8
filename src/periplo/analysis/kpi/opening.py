"""Opening hours: how much of a time lies within them, daylight saving included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from periplo.analysis.periods import instant, microseconds
from periplo.errors import UsageError
from periplo.journeys.columns import I64

USUAL = "Mon-Fri 9:00-18:00"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("lun", "mar", "mie", "jue", "vie", "sab", "dom")
_PART = re.compile(r"(?:(\w+)(?:-(\w+))? )?(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?")
_HOURS_OF_A_DAY = 24


@dataclass(frozen=True)
class Shift:
    """Open on the days ``first`` to ``last`` (Monday is 0) between two minutes of the day."""

    first: int
    last: int
    opens: int
    closes: int


def read_hours(text: str) -> tuple[Shift, ...]:
    """``Mon-Fri 9:00-14:00, Mon-Fri 16-20, Sat 10-14``, days in English or Spanish; without days every day.

    Raises ``UsageError``.
    """
    return tuple(_shift(part.strip(), text) for part in text.split(","))


@dataclass(frozen=True)
class Opening:
    """``opens, closes`` int64 (us) of each time the shop is open, ascending, and the time open ``before`` each."""

    opens: I64
    closes: I64
    before: I64

    @classmethod
    def of(cls, shifts: tuple[Shift, ...], since_us: int, until_us: int, zone: str) -> Opening:
        """All that touch the window."""
        found = np.array(sorted(_spans(shifts, since_us, until_us, zone)), np.int64).reshape(-1, 2)
        opens, closes = found[:, 0], np.maximum.accumulate(found[:, 1]) if len(found) else found[:, 1]
        # Where shifts overlap, the later one begins when the earlier one ends.
        opens = np.maximum(opens, np.concatenate((opens[:1], closes[:-1])))
        return cls(opens, closes, np.concatenate(([0], np.cumsum(closes - opens)[:-1])).astype(np.int64)[: len(opens)])

    def between(self, since_us: I64, until_us: I64) -> I64:
        """How much of the time from ... until ... lies in opening hours (us)."""
        return self._so_far(until_us) - self._so_far(since_us)

    def _so_far(self, when_us: I64) -> I64:
        if not len(self.opens):
            return np.zeros_like(when_us)
        place = np.maximum(np.searchsorted(self.opens, when_us, "right") - 1, 0)
        inside = np.clip(when_us - self.opens[place], 0, self.closes[place] - self.opens[place])
        so_far: I64 = self.before[place] + inside
        return so_far


def _spans(shifts: tuple[Shift, ...], since_us: int, until_us: int, zone: str) -> Iterator[tuple[int, int]]:
    day, last = (instant(us).astimezone(ZoneInfo(zone)).date() for us in (since_us, until_us))
    while day <= last:
        for shift in shifts:
            if shift.first <= day.weekday() <= shift.last:
                yield _moment(day, shift.opens, zone), _moment(day, shift.closes, zone)
        day += timedelta(days=1)


def _moment(day: date, minutes: int, zone: str) -> int:
    days, rest = divmod(minutes, _HOURS_OF_A_DAY * 60)
    at = time(rest // 60, rest % 60)
    return microseconds(datetime.combine(day + timedelta(days=days), at, ZoneInfo(zone)))


def _shift(part: str, whole: str) -> Shift:
    found = _PART.fullmatch(part)
    if found:
        first, last, *clock = found.groups()
        begin, end = (0, 6) if first is None else (_day(first), _day(last or first))
        opens, closes = int(clock[0]) * 60 + int(clock[1] or 0), int(clock[2]) * 60 + int(clock[3] or 0)
        if 0 <= begin <= end and opens < closes <= _HOURS_OF_A_DAY * 60:
            return Shift(begin, end, opens, closes)
    raise UsageError(
        "“{text}” are no opening hours.",
        fix="Write them as Mon-Fri 9:00-14:00, Mon-Fri 16:00-20:00, Sat 10-14.",
        text=whole,
    )


def _day(name: str) -> int:
    """Monday is 0; -1 for what is no day."""
    plain = name.casefold()[:3].replace("é", "e").replace("á", "a")
    return next((days.index(plain) for days in _DAYS if plain in days), -1)
