"""Finding texts: a hash table of the places where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def _place(table: Any, data: Any, bounds: Any, letters: Any, begin: int, end: int) -> Any:
    """Where in the table the text ``letters[begin:end]`` lies, or else the free place for it (FNV-1a, then the next).

    The table has more places than texts, so that there is always a free one.
    """
    mixed = np.uint64(14695981039346656037)
    for at in range(begin, end):
        mixed = (mixed ^ np.uint64(letters[at])) * np.uint64(1099511628211)
    most = len(table) - 1
    place = np.int64(mixed ^ (mixed >> np.uint64(29))) & most
    while table[place] >= 0:
        first = bounds[table[place]]
        same = bounds[table[place] + 1] - first == end - begin
        for at in range(end - begin if same else 0):
            if data[first + at] != letters[begin + at]:
                same = False
                break
        if same:
            break
        place = (place + 1) & most
    return place


@njit(nogil=True, cache=True)
def fill(table: Any, data: Any, bounds: Any) -> None:
    """Put each text into the table (int32, -1 where free) unless an equal one is there."""
    for text in range(len(bounds) - 1):
        place = _place(table, data, bounds, data, bounds[text], bounds[text + 1])
        if table[place] < 0:
            table[place] = text


@njit(nogil=True, cache=True)
def seek(table: Any, data: Any, bounds: Any, ids: Any, letters: Any, wanted: Any, found: Any) -> None:
    """Give each wanted text that has no id yet (``found`` below 0) the id of the equal text in the table."""
    for text in range(len(wanted) - 1):
        if found[text] < 0:
            at = table[_place(table, data, bounds, letters, wanted[text], wanted[text + 1])]
            if at >= 0:
                found[text] = ids[at]
