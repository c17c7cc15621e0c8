"""Finding texts: a hash table of the places where they lie, and beside it a mark of each, so that a text that is not
there is known without looking at any other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from periplo.operation.machine_code import KEPT

AT_ONCE = 256
"""So many texts are sought side by side: what each needs lies far apart in memory, and all is fetched meanwhile."""


@njit(nogil=True, cache=KEPT)
def hashes(letters: Any, bounds: Any) -> Any:
    """int64 of each text: FNV-1a, its upper bits mixed in."""
    found = np.empty(len(bounds) - 1, np.int64)
    for text in range(len(found)):
        mixed = np.uint64(14695981039346656037)
        for at in range(bounds[text], bounds[text + 1]):
            mixed = (mixed ^ np.uint64(letters[at])) * np.uint64(1099511628211)
        found[text] = np.int64(mixed ^ (mixed >> np.uint64(29)))
    return found


@njit(nogil=True, cache=KEPT)
def _mark(hashed: Any) -> Any:
    """uint16, never 0, which marks what is free."""
    return np.uint16(max(1, (hashed >> 48) & 0xFFFF))


@njit(nogil=True, cache=KEPT)
def _next(marks: Any, mark: Any, place: int) -> int:
    """From a place on the first that is marked so, or else is free: there is always a free one."""
    while marks[place] != 0 and marks[place] != mark:
        place = (place + 1) & (len(marks) - 1)
    return place


@njit(nogil=True, cache=KEPT)
def _place(table: Any, marks: Any, data: Any, bounds: Any, letters: Any, begin: int, end: int, hashed: int) -> int:
    """Where in the table the text ``letters[begin:end]`` lies, or else the free place for it."""
    mark = _mark(hashed)
    place = _next(marks, mark, hashed & (len(marks) - 1))
    while marks[place] != 0:
        first = bounds[table[place]]
        same = bounds[table[place] + 1] - first == end - begin
        for at in range(end - begin if same else 0):
            if data[first + at] != letters[begin + at]:
                same = False
                break
        if same:
            break
        place = _next(marks, mark, (place + 1) & (len(marks) - 1))
    return place


@njit(nogil=True, cache=KEPT)
def fill(table: Any, marks: Any, hashed: Any, data: Any, bounds: Any) -> None:
    """Put each text into the table (int32; ``marks`` uint16, 0 where free) unless an equal one is there."""
    for text in range(len(bounds) - 1):
        place = _place(table, marks, data, bounds, data, bounds[text], bounds[text + 1], hashed[text])
        if marks[place] == 0:
            table[place], marks[place] = text, _mark(hashed[text])


@njit(nogil=True, cache=KEPT)
def _fetch(table: Any, data: Any, bounds: Any, ids: Any, place: Any, text: Any, read: Any) -> None:
    """Read what a look at these places of the table will read: one kind after the other, none waits for another.

    ``text`` and ``read`` take what was read, so that it is read indeed.
    """
    for i in range(len(place)):
        text[i] = table[place[i]]
    for i in range(len(place)):
        read[i] = bounds[text[i]]
    for i in range(len(place)):
        text[i] = ids[text[i]]
    for i in range(len(place) if len(data) else 0):
        read[i] = data[min(read[i], len(data) - 1)]


@njit(nogil=True, cache=KEPT)
def seek(
    table: Any, marks: Any, data: Any, bounds: Any, ids: Any, letters: Any, wanted: Any, hashed: Any, found: Any
) -> None:
    """Give each wanted text that has no id yet (``found`` below 0) the id of the equal text in the table."""
    places, text, read = np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.int64)
    rows, next_row = np.empty(AT_ONCE, np.int64), 0
    while next_row < len(hashed):
        some = 0
        while some < AT_ONCE and next_row < len(hashed):
            if found[next_row] < 0:
                rows[some], read[some] = next_row, marks[hashed[next_row] & (len(marks) - 1)]
                some += 1
            next_row += 1
        likely = 0
        for row in rows[:some]:
            place = _next(marks, _mark(hashed[row]), hashed[row] & (len(marks) - 1))
            if marks[place] != 0:
                places[likely], rows[likely] = place, row
                likely += 1
        _fetch(table, data, bounds, ids, places[:likely], text, read)
        for row in rows[:likely]:
            place = _place(table, marks, data, bounds, letters, wanted[row], wanted[row + 1], hashed[row])
            if marks[place] != 0:
                found[row] = ids[table[place]]
