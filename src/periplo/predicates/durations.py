"""Lengths of time as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

from periplo.errors import BadPredicate

_UNITS = {
    "w week weeks semana semanas": timedelta(weeks=1),
    "d day days dia dias día días": timedelta(days=1),
    "h hour hours hora horas": timedelta(hours=1),
    "m min mins minute minutes minuto minutos": timedelta(minutes=1),
    "s sec secs second seconds seg segundo segundos": timedelta(seconds=1),
    "ms millisecond milliseconds milisegundo milisegundos": timedelta(milliseconds=1),
}
_SIZES = {word: size for words, size in _UNITS.items() for word in words.split()}
_PART = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
_SHORT = (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000))


def parse_duration(text: str) -> timedelta:
    """``7d``, ``30 min``, ``2h30m``, ``1 week`` or ``2 horas`` as a length of time, longer than nothing.

    Raises ``BadPredicate`` where it is none; a number needs its unit.
    """
    total, at = timedelta(), 0
    try:
        while found := _PART.match(text, at):
            total += float(found[1].replace(",", ".")) * _SIZES[found[2].lower()]
            at = found.end()
    except (KeyError, OverflowError):
        at = -1
    if total <= timedelta() or at < 0 or text[at:].strip():
        raise BadPredicate(
            "“{text}” is not a length of time.", fix="Write for example 7d, 12h, 30 min or 2h30m.", text=text
        )
    return total


def write_duration(length: timedelta) -> str:
    """A text such as ``7d`` or ``2h30min`` that ``parse_duration`` reads as ``length``."""
    rest = length // timedelta(microseconds=1)
    said = ""
    for unit, size in _SHORT:
        count, rest = divmod(rest, size)
        said += f"{count}{unit}" if count else ""
    return said + (f"{rest / 1000:.3f}ms" if rest or not said else "")
