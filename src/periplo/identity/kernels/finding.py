"""Finding texts: a hash table of the places where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

AT_ONCE = 256
"""So many texts are sought side by side: what each needs lies far apart in memory, and all is fetched meanwhile."""


@njit(nogil=True, cache=True)
def _hash(letters: Any, begin: int, end: int) -> Any:
    """FNV-1a, its upper bits mixed in."""
    mixed = np.uint64(14695981039346656037)
    for at in range(begin, end):
        mixed = (mixed ^ np.uint64(letters[at])) * np.uint64(1099511628211)
    return np.int64(mixed ^ (mixed >> np.uint64(29)))


@njit(nogil=True, cache=True)
def _place(table: Any, data: Any, bounds: Any, letters: Any, begin: int, end: int, place: int) -> Any:
    """Where in the table the text ``letters[begin:end]`` lies, or else the free place for it: from ``place`` on.

    The table has more places than texts, so that there is always a free one.
    """
    while table[place] >= 0:
        first = bounds[table[place]]
        same = bounds[table[place] + 1] - first == end - begin
        for at in range(end - begin if same else 0):
            if data[first + at] != letters[begin + at]:
                same = False
                break
        if same:
            break
        place = (place + 1) & (len(table) - 1)
    return place


@njit(nogil=True, cache=True)
def fill(table: Any, data: Any, bounds: Any) -> None:
    """Put each text into the table (int32, -1 where free) unless an equal one is there."""
    for text in range(len(bounds) - 1):
        begin, end = bounds[text], bounds[text + 1]
        place = _place(table, data, bounds, data, begin, end, _hash(data, begin, end) & (len(table) - 1))
        if table[place] < 0:
            table[place] = text


@njit(nogil=True, cache=True)
def _fetch(table: Any, data: Any, bounds: Any, ids: Any, place: Any, text: Any, read: Any) -> None:
    """Read what a look at these places of the table will read: one kind after the other, none waits for another.

    ``text`` and ``read`` take what was read, so that it is read indeed.
    """
    for i in range(len(place)):
        text[i] = max(0, table[place[i]])
    for i in range(len(place)):
        read[i] = bounds[text[i]]
    for i in range(len(place)):
        text[i] = ids[text[i]]
    for i in range(len(place) if len(data) else 0):
        read[i] = data[min(read[i], len(data) - 1)]


@njit(nogil=True, cache=True)
def seek(table: Any, data: Any, bounds: Any, ids: Any, letters: Any, wanted: Any, found: Any) -> None:
    """Give each wanted text that has no id yet (``found`` below 0) the id of the equal text in the table."""
    places, text, read = np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.int64)
    for first in range(0, len(wanted) - 1, AT_ONCE):
        some = min(AT_ONCE, len(wanted) - 1 - first)
        for i in range(some):
            places[i] = _hash(letters, wanted[first + i], wanted[first + i + 1]) & (len(table) - 1)
        _fetch(table, data, bounds, ids, places[:some], text, read)
        for i in range(some):
            one = first + i
            if found[one] < 0:
                at = table[_place(table, data, bounds, letters, wanted[one], wanted[one + 1], places[i])]
                if at >= 0:
                    found[one] = ids[at]
