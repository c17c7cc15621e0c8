"""Joining identifiers to customers (union-find, the oldest identifier is the customer's number); finding texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from periplo.identity.kinds import KNOWN, ORDER, USER

ACCEPTED = 255
SHARED = 254
"""Verdicts besides the kind (its code) whose limit an edge would break."""


@njit(nogil=True, cache=True)
def _root(parent: Any, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(nogil=True, cache=True)
def components(count: int, stronger: Any, weaker: Any) -> Any:
    """The customer of each identifier 0..count, from accepted edges alone, in any order."""
    parent = np.arange(count + 1)
    for edge in range(len(stronger)):
        one, other = _root(parent, stronger[edge]), _root(parent, weaker[edge])
        parent[max(one, other)] = min(one, other)
    for identifier in range(count + 1):
        parent[identifier] = parent[parent[identifier]]
    return parent


@njit(nogil=True, cache=True)
def held(customer: Any, kind: Any, kinds: int) -> Any:
    """int32[k, kinds] at customers: how many identifiers of each kind they have. The first identifier is nobody's."""
    found = np.zeros((len(customer), kinds), np.int32)
    for identifier in range(1, len(customer)):
        found[customer[identifier], kind[identifier]] += 1
    return found


@njit(nogil=True, cache=True)
def join(
    parent: Any, held: Any, users: Any, shareable: Any, kind: Any, stronger: Any, weaker: Any, limits: Any, most: int
) -> Any:
    """Judges new edges in order and joins those accepted; changes ``parent``, ``held`` and ``users``.

    ``parent`` int64[k]: the customer of each identifier. ``held`` int[k, kinds]: identifiers per kind, at customers.
    ``users`` int[k]: distinct user_ids seen with an identifier. ``most``: as many make a device shared.
    Answers a verdict per edge: ``ACCEPTED``, ``SHARED``, or the kind whose limit the edge would break.
    """
    verdict = np.empty(len(stronger), np.uint8)
    for edge in range(len(stronger)):
        one, other = stronger[edge], weaker[edge]
        if kind[one] == USER and shareable[kind[other]]:
            users[other] += 1
        if users[other] >= most or users[one] >= most:
            verdict[edge] = SHARED
            continue
        kept, gone = _root(parent, one), _root(parent, other)
        verdict[edge] = _broken(held, kept, gone, kind[other], limits) if kept != gone else ACCEPTED
        if verdict[edge] == ACCEPTED and kept != gone:
            kept, gone = min(kept, gone), max(kept, gone)
            parent[gone] = kept
            for each in range(held.shape[1]):
                held[kept, each] += held[gone, each]
    for identifier in range(len(parent)):
        parent[identifier] = parent[parent[identifier]]
    return verdict


@njit(nogil=True, cache=True)
def _broken(held: Any, one: int, other: int, kind: int, limits: Any) -> int:
    """The kind whose limit two customers together would break; ``kind`` is that of the weaker identifier."""
    here = there = 0
    for each in range(KNOWN):
        here += held[one, each]
        there += held[other, each]
    if kind == ORDER and here and there:
        return ORDER
    for each in range(held.shape[1]):
        if held[one, each] + held[other, each] > limits[each]:
            return each
    return ACCEPTED


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
