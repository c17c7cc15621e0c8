"""One time written as text: which way it is written, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Way = Literal["iso", "day-first", "month-first", "words", "epoch"]
EXAMPLES: dict[str, str] = {
    "iso": "2026-05-31 18:30:00",
    "day-first": "31/05/2026",
    "month-first": "05/31/2026",
    "words": "31 May 2026",
    "epoch": "1780000000",
}
EPOCH = datetime(1970, 1, 1)
_SECOND = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_CLOCK = (
    r"(?:[T ,]+(?P<h>\d{1,2})[:.h](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?(?: ?(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?(?:\d{2})?))?(?:\[.*\])?(?: \(.*\))?"
)
_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK, re.I)
_COMPACT = re.compile(
    r"(?P<y>(?:19|20|21)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:[T ]?(?P<h>\d\d):?(?P<min>\d\d):?(?P<s>\d\d)?)?(?P<zone>Z?)", re.I
)
_NUMERIC = re.compile(r"(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})" + _CLOCK, re.I)
_DAY_NAME = r"(?:[^\W\d]{2,9}\.?,? )?"
_DAY_MONTH = re.compile(
    _DAY_NAME
    + r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[- ./](?:de )?(?P<m>[^\W\d]{3,10})\.?,?[- ./](?:de )?(?P<y>\d{4}|\d{2})"
    + _CLOCK,
    re.I,
)
_MONTH_DAY = re.compile(
    _DAY_NAME + r"(?P<m>[^\W\d]{3,10})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})(?: at| a las)?" + _CLOCK, re.I
)
_EPOCH_NUMBER = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_MONTHS = {
    name: number
    for names in (
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
    )
    for number, name in enumerate(names, 1)
}


class Moment(NamedTuple):
    """``us`` since 1970; on the clocks of the file's zone where ``local``, else UTC."""

    us: int
    local: bool


def way_of(value: str) -> str:
    """The way a time is written; ``numeric`` where day and month can only be told apart by other rows."""
    if _ISO.fullmatch(value) or _COMPACT.fullmatch(value):
        return "iso"
    if _NUMERIC.fullmatch(value):
        return "numeric"
    if _DAY_MONTH.fullmatch(value) or _MONTH_DAY.fullmatch(value):
        return "words"
    return "epoch" if _EPOCH_NUMBER.fullmatch(value) else ""


def order_of(value: str) -> str:
    """Which of the two orders a numeric date proves; empty where it can be both or neither."""
    found = _NUMERIC.fullmatch(value)
    if not found:
        return ""
    first, second = int(found["a"]), int(found["b"])
    return "day-first" if first > 12 >= second else "month-first" if second > 12 >= first else ""


def read(value: str, way: str) -> Moment | None:
    """The moment a text says, written in ``way`` (a ``Way``, or a pattern of ``strptime``); None where it does not."""
    try:
        return _pattern(value, way) if "%" in way else _READ[way](value)
    except (ValueError, OverflowError):
        return None


def epoch_us(number: float) -> int:
    """Microseconds since 1970 of a count of seconds, milliseconds, microseconds or nanoseconds, by its size."""
    size = abs(number)
    for limit, factor in ((1e11, 1_000_000), (1e14, 1_000), (1e17, 1)):
        if size < limit:
            return round(number * factor)
    return round(number) // 1_000


def _pattern(value: str, pattern: str) -> Moment:
    when = datetime.strptime(value, pattern)
    if when.tzinfo is None:
        return Moment(_us(when), True)
    return Moment(_us(when.replace(tzinfo=None)) - round(when.utcoffset().total_seconds() * _SECOND), False)  # type: ignore[union-attr]


def _iso(value: str) -> Moment | None:
    found = _ISO.fullmatch(value) or _COMPACT.fullmatch(value)
    return _moment(found, int(found["m"]), int(found["d"])) if found else None


def _numeric(day: str, month: str) -> Callable[[str], Moment | None]:
    def read_numeric(value: str) -> Moment | None:
        found = _NUMERIC.fullmatch(value)
        return _moment(found, int(found[month]), int(found[day])) if found else None

    return read_numeric


def _words(value: str) -> Moment | None:
    found = _DAY_MONTH.fullmatch(value) or _MONTH_DAY.fullmatch(value)
    month = _MONTHS.get(found["m"][:3].lower()) if found else None
    return _moment(found, month, int(found["d"])) if found and month else None


def _epoch(value: str) -> Moment | None:
    return Moment(epoch_us(float(value)), False) if _EPOCH_NUMBER.fullmatch(value) else None


_READ: dict[str, Callable[[str], Moment | None]] = {
    "iso": _iso,
    "day-first": _numeric("a", "b"),
    "month-first": _numeric("b", "a"),
    "words": _words,
    "epoch": _epoch,
}


def _moment(found: re.Match[str], month: int, day: int) -> Moment | None:
    part = found.groupdict()
    year = int(part["y"]) + (0 if len(part["y"]) == 4 else 2000 if int(part["y"]) < 69 else 1900)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    hour = _hour(int(part.get("h") or 0), (part.get("half") or "").lower())
    clock = datetime(year, month, day, hour, int(part.get("min") or 0), int(part.get("s") or 0))
    us = _us(clock) + int(f"{part.get('f') or '':0<6.6}")
    zone = (part.get("zone") or "").lower()
    return Moment(us - _offset(zone), False) if zone else Moment(us, True)


def _hour(hour: int, half: str) -> int:
    return hour % 12 + (12 if half == "p" else 0) if half else hour


def _offset(zone: str) -> int:
    """Microseconds ahead of UTC: ``+01:00``, ``-0330``, names alone are UTC."""
    digits = re.sub(r"[^\d+-]", "", zone)
    if not digits:
        return 0
    sign, hours, minutes = -1 if digits[0] == "-" else 1, int(digits[1:3]), int(digits[3:5] or 0)
    return sign * (hours * 3600 + minutes * 60) * _SECOND


def _us(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1)
