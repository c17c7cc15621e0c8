"""Joining identifiers to customers: union-find, the oldest identifier is the customer's number.

An edge is two ids packed into one number: the stronger identifier in the upper 32 bits, the weaker in the lower.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from periplo.identity.kinds import KNOWN, ORDER, USER
from periplo.operation.machine_code import KEPT

ACCEPTED, LIVE = 255, 251
SHARED, DROPPED, BLOCKED = 254, 253, 252
"""Verdicts on an edge, besides the kind (its code) whose limit it would break. ``LIVE`` edges are still to be judged;
the last three join nobody, wherever they stand: as if they had never been."""

LOWER = 0xFFFFFFFF


@njit(nogil=True, cache=KEPT)
def held(customer: Any, kind: Any, slot: Any, slots: int, kinds: int) -> Any:
    """int32[slots, kinds]: how many identifiers of each kind customers have, at their slots; those with the slot 0,
    and the first identifier, which is nobody's, are not counted."""
    found = np.zeros((slots, kinds), np.int32)
    for identifier in range(1, len(customer)):
        if slot[customer[identifier]]:
            found[slot[customer[identifier]], kind[identifier]] += 1
    return found


@njit(nogil=True, cache=KEPT)
def users_seen(kind: Any, shareable: Any, pairs: Any, standing: Any) -> Any:
    """int32[k]: how many user_ids were seen with each identifier that people may share, by live edges."""
    users = np.zeros(len(kind), np.int32)
    for edge in range(len(pairs)):
        stronger, weaker = pairs[edge] >> 32, pairs[edge] & LOWER
        if standing[edge] == LIVE and kind[stronger] == USER and shareable[kind[weaker]]:
            users[weaker] += 1
    return users


@njit(nogil=True, cache=KEPT)
def close(standing: Any, pairs: Any, marked: Any, why: int) -> None:
    """Live edges at a marked identifier get the standing ``why``."""
    for edge in range(len(pairs)):
        if standing[edge] == LIVE and (marked[pairs[edge] >> 32] or marked[pairs[edge] & LOWER]):
            standing[edge] = why


@njit(nogil=True, cache=KEPT)
def spread(marked: Any, pairs: Any, standing: Any) -> None:
    """Marks all that live edges connect with what is marked. Forth and back, so that few rounds do."""
    changed = True
    while changed:
        changed = False
        for step in range(2 * len(pairs)):
            edge = step if step < len(pairs) else 2 * len(pairs) - 1 - step
            stronger, weaker = pairs[edge] >> 32, pairs[edge] & LOWER
            if standing[edge] == LIVE and marked[stronger] != marked[weaker]:
                marked[stronger] = marked[weaker] = changed = True


@njit(nogil=True, cache=KEPT)
def connect(parent: Any, pairs: Any) -> None:
    """Joins all that pairs connect; ``flatten`` then makes the smallest of them everybody's ``parent``."""
    for edge in range(len(pairs)):
        one, other = _root(parent, pairs[edge] >> 32), _root(parent, pairs[edge] & LOWER)
        parent[max(one, other)] = min(one, other)


@njit(nogil=True, cache=KEPT)
def flatten(parent: Any) -> None:
    for one in range(len(parent)):
        parent[one] = parent[parent[one]]


@njit(nogil=True, cache=KEPT)
def join(parent: Any, held: Any, slot: Any, kind: Any, pairs: Any, explicit: Any, limits: Any) -> Any:
    """Judges edges in order and joins those accepted; changes ``parent`` and ``held``. Explicit ones have no limit.

    ``parent`` int64[k]: the customer of each identifier. ``held`` int32[slots, kinds]: identifiers per kind, at the
    ``slot`` int32[k] of each customer that an edge touches.
    """
    verdict = np.empty(len(pairs), np.uint8)
    for edge in range(len(pairs)):
        weaker = pairs[edge] & LOWER
        one, other = _root(parent, pairs[edge] >> 32), _root(parent, weaker)
        free = one == other or explicit[edge]
        verdict[edge] = ACCEPTED if free else _broken(held, slot[one], slot[other], kind[weaker], limits)
        if verdict[edge] == ACCEPTED and one != other:
            kept, gone = min(one, other), max(one, other)
            parent[gone] = kept
            for each in range(held.shape[1]):
                held[slot[kept], each] += held[slot[gone], each]
    flatten(parent)
    return verdict


@njit(nogil=True, cache=KEPT)
def _root(parent: Any, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(nogil=True, cache=KEPT)
def _broken(held: Any, one: int, other: int, kind: int, limits: Any) -> int:
    """The kind whose limit two customers together would break; ``kind`` is that of the weaker identifier.

    A customer beyond a limit, by an explicit merge, still takes what does not add to that kind.
    """
    here = there = 0
    for each in range(KNOWN):
        here += held[one, each]
        there += held[other, each]
    if kind == ORDER and here and there:
        return ORDER
    if held[one, USER] and held[other, USER]:
        return USER
    for each in range(held.shape[1]):
        if held[one, each] and held[other, each] and held[one, each] + held[other, each] > limits[each]:
            return each
    return ACCEPTED
