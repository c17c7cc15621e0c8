"""Who belongs to whom: edges judged in the order in which they came, under the rules and what people decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.identity.decisions import Decision, Name, in_force
from periplo.identity.kernels.joining import (
    BLOCKED,
    DROPPED,
    LIVE,
    LOWER,
    SHARED,
    close,
    held,
    join,
    spread,
    users_seen,
)
from periplo.identity.kinds import DEVICES, I64, KINDS, ORDER, U8, Bool
from periplo.identity.rules import Rules
from periplo.operation.shelf import only_read, release, slices

NONE = 0
_VOID = (SHARED, DROPPED, BLOCKED)
Taken = tuple[Decision, int]
"""A decision, and how many edges there were when it was taken."""


class Merge(NamedTuple):
    """Two identifiers that somebody said are one, by the decision at ``seq``."""

    place: int
    one: int
    other: int
    seq: int

    @property
    def pair(self) -> int:
        return pack(self.one, self.other)


@dataclass(frozen=True)
class Rulings:
    """What the decisions in force say about edges, in order; a place is how many edges there were.

    ``drops``  place and two ids (the other ``NONE``: all edges of the one)
    """

    merges: tuple[Merge, ...] = ()
    drops: tuple[tuple[int, int, int], ...] = ()
    blocked: tuple[int, ...] = ()
    erased: tuple[int, ...] = ()

    @classmethod
    def of(cls, taken: Sequence[Taken], id_of: Callable[[Name], int], erased: Iterable[int] = ()) -> Rulings:
        places = {decision.seq: place for decision, place in taken}
        merges: list[Merge] = []
        drops, blocked = [], []
        for decision in in_force([decision for decision, _ in taken]):
            place = places[decision.seq]
            one = id_of(decision.one) if decision.one else NONE
            other = id_of(decision.other) if decision.other else NONE
            if decision.what == "merge" and one > NONE and other > NONE:
                merges.append(Merge(place, one, other, decision.seq))
            elif decision.what == "unmerge" and one > NONE:
                drops.append((place, one, other))
                merges = [merge for merge in merges if not _dropped(merge.pair, one, other)]
            elif decision.what == "block" and one > NONE:
                blocked.append(one)
        free = [merge for merge in merges if not {merge.one, merge.other} & {*blocked}]
        return cls(tuple(free), tuple(drops), tuple(blocked), tuple(map(int, erased)))


@dataclass(frozen=True)
class Judged:
    """``customer`` int64[k+1], of each identifier, 0 for nobody's; ``verdict`` uint8[e] on each edge."""

    customer: I64
    verdict: U8
    rulings: Rulings

    @classmethod
    def nothing(cls) -> Judged:
        return cls(np.zeros(1, np.int64), np.zeros(0, np.uint8), Rulings())


def judge(before: Judged, kind: U8, pairs: I64, rulings: Rulings, rules: Rules) -> Judged:
    """The state after further identifiers, edges or decisions. What earlier edges amount to is found anew only where
    something about them changed: in all that live edges connect with it, and nowhere else.
    """
    standing, old = standing_of(kind, pairs, rulings, rules), len(before.verdict)
    new_ids = np.arange(len(before.customer), len(kind))
    customer, seeds = np.append(before.customer, new_ids), _changed(before, pairs, standing, rulings)
    verdict = np.append(before.verdict, standing[old:])
    verdict[standing != LIVE] = standing[standing != LIVE]
    edges, merges = old + np.flatnonzero(standing[old:] == LIVE), list[Merge]()
    if len(seeds):
        touched = _touched(len(kind), np.append(seeds, _ends(pairs[old:])), pairs, standing, rulings.merges)
        customer = np.where(touched, np.arange(len(kind)), customer)
        edges = np.flatnonzero((standing == LIVE) & touched[pairs >> 32])
        merges = [merge for merge in rulings.merges if touched[merge.one]]
    verdict[edges] = join_all(customer, kind, edges, pairs[edges], merges, rules)
    customer[[*rulings.blocked, *rulings.erased]] = NONE
    return Judged(customer, verdict, rulings)


def join_all(customer: I64, kind: U8, edges: I64, pairs: I64, merges: Sequence[Merge], rules: Rules) -> U8:
    """The verdict on each of some edges, given by number, with merges among them; changes ``customer``."""
    order = np.argsort(np.append(edges, np.array([merge.place for merge in merges]) - 0.5), kind="stable")
    explicit, verdict = np.arange(len(order)) >= len(edges), np.empty(len(order), np.uint8)
    verdict[order] = _joined(customer, kind, np.append(pairs, _pairs(merges))[order], explicit[order], rules)
    return verdict[: len(edges)]


def _joined(customer: I64, kind: U8, pairs: I64, explicit: Bool, rules: Rules) -> U8:
    """The verdict on each edge, in order; changes ``customer``. Only the customers that edges touch are counted."""
    slot = np.zeros(len(customer), np.int32)
    slot[customer[_ends(pairs)]] = 1
    touched = np.flatnonzero(slot)
    slot[touched] = np.arange(1, len(touched) + 1)
    counts = held(customer, kind, slot, len(touched) + 1, len(KINDS))
    verdict: U8 = join(customer, counts, slot, kind, pairs, explicit, rules.limits)
    return verdict


def mark_persons(person: Bool, kind: U8, customer: I64) -> None:
    """Marks, in bool[k+1], the numbers of customers who are known by more than a single order. All of these may lie out
    of memory."""
    for some in slices(len(kind)):
        person[customer[some][kind[some] != ORDER]] = True
        for array in (kind, customer, person):
            release(array)
    person[NONE] = False


def pack(stronger: int, weaker: int) -> int:
    """Two ids as one number."""
    return (stronger << 32) | weaker


def standing_of(kind: U8, pairs: I64, rulings: Rulings, rules: Rules) -> U8:
    """uint8[e]: ``LIVE``, or why the edge is void."""
    kind, pairs = only_read(kind), only_read(pairs)
    found = np.full(len(pairs), LIVE, np.uint8)
    for place, one, other in rulings.drops:
        found[:place][_dropped(pairs[:place], one, other)] = DROPPED
    _close(found, pairs, kind, rulings.blocked, BLOCKED)
    users = users_seen(kind, np.isin(np.arange(len(KINDS)), DEVICES), pairs, found)
    _close(found, pairs, kind, np.flatnonzero(users >= rules.shared_after), SHARED)
    _close(found, pairs, kind, rulings.erased, BLOCKED)  # only now: a device stays shared when one of its users is gone
    return found


def _close(standing: U8, pairs: I64, kind: U8, ids: Sequence[int] | I64, why: int) -> None:
    if len(ids):
        marked = np.zeros(len(kind), np.bool_)
        marked[np.asarray(ids)] = True
        close(standing, pairs, marked, why)


def _changed(before: Judged, pairs: I64, standing: U8, rulings: Rulings) -> I64:
    """The identifiers at earlier edges that stand otherwise now, and those that decisions newly speak of."""
    old = len(before.verdict)
    stood = np.where(np.isin(before.verdict, _VOID), before.verdict, np.uint8(LIVE))
    edges = pairs[:old][stood != standing[:old]]
    ends = _ends(np.append(edges, _pairs({*before.rulings.merges} ^ {*rulings.merges})))
    blocked = [*({*before.rulings.blocked} ^ {*rulings.blocked})]
    return np.append(ends, np.array(blocked, np.int64))


def _touched(count: int, seeds: I64, pairs: I64, standing: U8, merges: Collection[Merge]) -> Bool:
    marked = np.zeros(count, np.bool_)
    marked[seeds] = True
    live = np.append(standing, np.full(len(merges), LIVE, np.uint8))
    spread(marked, np.append(pairs, _pairs(merges)), live)
    return marked


def _pairs(merges: Collection[Merge]) -> I64:
    return np.array([merge.pair for merge in merges], np.int64)


def _ends(pairs: I64) -> I64:
    return np.append(pairs >> 32, pairs & LOWER)


def _dropped(pairs: I64 | int, one: int, other: int) -> Bool:
    """Whether an edge is between two identifiers, or at the one where the other is none."""
    if other == NONE:
        return (pairs >> 32 == one) | (pairs & LOWER == one)  # type: ignore[return-value]
    return (pairs == pack(one, other)) | (pairs == pack(other, one))  # type: ignore[return-value]
