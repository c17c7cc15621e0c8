"""Adding up by cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import F64, I32, I64, U8, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def tally(cell: I64, part: F64, whole: F64, cells: int) -> Any:
    """Per cell the sums of ``part`` and ``whole``, and how many facts have a ``whole`` (int64).

    An empty ``whole`` means one for each fact; an empty ``cell`` means that all are in cell 0.
    """
    parts, wholes, counts = np.zeros(cells), np.zeros(cells), np.zeros(cells, np.int64)
    for fact in range(len(part)):
        c = cell[fact] if len(cell) else 0
        w = whole[fact] if len(whole) else 1.0
        parts[c] += part[fact]
        wholes[c] += w
        counts[c] += w != 0
    return parts, wholes, counts


@kernel
def looked_at(offsets: I64, person: Bool, mask: Bool) -> Any:
    """Of the customers in the mask (an empty one: all): the persons, the others, the events of both, of the persons."""
    persons, others, events, known = 0, 0, 0, 0
    for customer in range(len(person)):
        kept = len(mask) == 0 or mask[customer]
        size = (offsets[customer + 1] - offsets[customer]) * kept
        persons += kept & person[customer]
        others += kept & ~person[customer]
        events += size
        known += size * person[customer]
    return persons, others, events, known


@kernel
def first_of_each(owner: I64, group: I64, groups: int) -> I64:
    """The facts that are the first of their owner in their group; ``owner`` ascends."""
    seen, found, count = np.full(groups, -1, np.int64), np.empty(len(owner), np.int64), 0
    for fact in range(len(owner)):
        if seen[group[fact]] != owner[fact]:
            seen[group[fact]] = owner[fact]
            found[count] = fact
            count += 1
    return found[:count]


@kernel
def crossed(row: U8, column: I32, rows: int, columns: int) -> I64:
    """How often each pair occurs: int64[rows, columns]. A row beyond the last, or a negative column, does not count."""
    counts = np.zeros((rows, columns), np.int64)
    for i in range(len(row)):
        if row[i] < rows and column[i] >= 0:
            counts[row[i], column[i]] += 1
    return counts
