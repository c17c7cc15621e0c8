"""How a text table is laid out: its delimiter and its columns, told from its first lines."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")
_LINES = 50


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first lines into the most columns, with the same number in the most lines."""
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
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    if not widths:
        return 0.0, 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (times / sum(widths.values()) if width > 1 else 0.0), width
