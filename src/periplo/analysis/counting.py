"""Arrays of counts as lists for a reader: the largest first, nothing that is zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis.result import Count, TouchCount
from periplo.journeys.columns import I64, Coded, JourneyColumns


def counts(numbers: I64, names: Sequence[str], most: int | None = None) -> list[Count]:
    """The names with their counts; beyond the ``most`` largest, all others together as a Count without a name."""
    order = np.argsort(-numbers, kind="stable")
    order = order[numbers[order] > 0]
    shown = [Count(names[place], int(numbers[place])) for place in order[:most]]
    rest = int(numbers[order[len(shown) :]].sum())
    return [*shown, Count(None, rest)] if rest else shown


def touch_counts(numbers: I64, pairs: Sequence[tuple[str, str]]) -> list[TouchCount]:
    """The touchpoints (channel, contact) with their counts."""
    order = np.argsort(-numbers, kind="stable")
    return [TouchCount(*pairs[int(code)], int(numbers[code])) for code in order if numbers[code] > 0]


def coded(columns: JourneyColumns, name: str) -> Coded | None:
    """A property of text, or None where no event has it."""
    column = columns.properties.column(name)
    return column if isinstance(column, Coded) else None
