"""How a text table is laid out: its delimiter and its columns, told from its first lines."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")
_LINES = 50
_LONGEST = 10_000


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter that cuts the most of the first lines into as many columns as the header, and into the most."""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[-1]
    return max(DELIMITERS, key=lambda delimiter: _fits(lines[:_LINES], delimiter))


def says_separator(line: str) -> bool:
    """Whether a line is Excel's ``sep=;`` before the header."""
    return line.lower().startswith("sep=") and len(line.strip()) == 5


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, trimmed; an empty one is ``column 3``, a second ``Price`` is ``Price (2)``."""
    names: list[str] = []
    for place, given in enumerate(header, 1):
        name = plain = given.strip() or f"column {place}"
        number = 1
        while name in names:
            number += 1
            name = f"{plain} ({number})"
        names.append(name)
    return tuple(names)


def repeated(header: Sequence[str]) -> list[str]:
    """Column names that stand in the header more than once."""
    return [name for name, times in Counter(given.strip() for given in header).items() if name and times > 1]


def _fits(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """The share of lines with as many columns as the header, and that number; nothing where it has only one."""
    short = (line[:_LONGEST].replace("\r", " ").replace("\n", " ") for line in lines)
    widths = [len(next(csv.reader([line], delimiter=delimiter), ())) for line in short if line.strip()]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]
