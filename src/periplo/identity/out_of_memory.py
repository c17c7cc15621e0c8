"""Who is who, judged out of memory: what edges connect is judged a part of it at a time, as it depends on nothing
outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.decisions import Decision, Name
from periplo.identity.facts import Facts
from periplo.identity.judging import NONE, Merge, Rulings, join_all, mark_persons, standing_of
from periplo.identity.kernels.joining import LIVE, LOWER, connect, flatten
from periplo.identity.kinds import I32, I64, KINDS, U8, Bool
from periplo.identity.register import edges_before, erased_of, kinds_of, pairs_of
from periplo.identity.rules import Rules
from periplo.identity.texts import UNSEEN
from periplo.operation.distributed import Distributed
from periplo.operation.shelf import Shelf, only_read, release, room, slices

EDGES_AT_ONCE, _MOST_FILES = 1 << 16, 256
_NEAR = 10
"""Customers whose numbers differ in no more than so many of the last bits are judged at once."""

_EDGES = pa.schema([("edge", pa.int64()), ("pair", pa.int64())])


class _Whole(NamedTuple):
    """``kind`` uint8[k+1] of identifiers; ``pairs`` int64[e] of edges, and ``standing`` uint8[e]."""

    kind: U8
    pairs: I64
    standing: U8
    rulings: Rulings


def judge_out_of_memory(
    parts: Iterable[Facts], decided: Sequence[Decision], rules: Rules, scratch: Path | None
) -> tuple[I64, Bool]:
    """The customer of each identifier, and which of them are persons, from all facts and decisions there are, in files
    without a name.

    int64[k+1] and bool[k+1], mapped. Raises ``OSError`` where they cannot be written.
    """
    whole = _read(parts, decided, rules, Shelf(scratch))
    customer = room(scratch, len(whole.kind), np.int64)
    for some in slices(len(customer)):
        customer[some] = np.arange(some.start, some.stop)
        release(customer)
    for edges, pairs, merges in _connected(whole, scratch):
        ids, mine = _judged(whole, edges, pairs, merges, rules)
        customer[ids] = mine
        release(customer)
    customer[[*whole.rulings.blocked, *whole.rulings.erased]] = NONE
    person = room(scratch, len(whole.kind), np.bool_)
    mark_persons(person, whole.kind, customer)
    return only_read(customer), person


def _read(parts: Iterable[Facts], decided: Sequence[Decision], rules: Rules, shelf: Shelf) -> _Whole:
    """The facts put together, each edge with its standing."""
    places, erased, named, count = np.zeros(len(decided), np.int64), list[int](), _Named(decided), 0

    def each() -> Iterator[tuple[U8, I64]]:
        nonlocal places, count
        for facts in parts:
            places = places + edges_before(facts, decided)
            erased.extend((erased_of(facts) + count).tolist())
            named.look(facts, count + 1)
            count += facts.identifiers.num_rows
            yield kinds_of(facts), pairs_of(facts)

    nobody = np.full(1, 255, np.uint8), np.zeros(0, np.int64)
    kind, pairs = shelf.join(chain([nobody], each()), np.uint8, np.int64)
    rulings = Rulings.of([*zip(decided, places.tolist(), strict=True)], named.id_of, erased)
    return _Whole(kind, pairs, standing_of(kind, pairs, rulings, rules), rulings)


class _Named:
    """The ids of the identifiers that decisions name."""

    def __init__(self, decided: Sequence[Decision]) -> None:
        self._wanted = {name for decision in decided for name in (decision.one, decision.other) if name}
        self._values = pa.array(sorted({value for _, value in self._wanted}), pa.string())
        self._ids: dict[Name, int] = {}

    def look(self, facts: Facts, first_id: int) -> None:
        """Among the identifiers of some facts, and then among their other spellings."""
        if not self._wanted:
            return
        ids = pa.array(np.arange(first_id, first_id + facts.identifiers.num_rows))
        kinds, spelled = facts.identifiers["kind"], facts.spellings
        for kind, text, one in (
            (kinds, facts.identifiers["value"], ids),
            (spelled["kind"], spelled["raw"], spelled["identifier"]),
        ):
            here = pc.is_in(text, self._values)
            found = (column.filter(here).to_pylist() for column in (kind, text, one))
            for code, value, number in zip(*found, strict=True):
                self._ids.setdefault((KINDS[code], value), number)

    def id_of(self, name: Name) -> int:
        return self._ids.get(name, UNSEEN)


def _connected(whole: _Whole, scratch: Path | None) -> Iterator[tuple[I64, I64, list[Merge]]]:
    """Live edges (their numbers, and the pairs) and merges, some at a time: with all that they connect."""
    merges = whole.rulings.merges
    root = np.arange(len(whole.kind), dtype=np.int32)
    for _, pairs in _live(whole):
        connect(root, pairs)
    connect(root, np.array([merge.pair for merge in merges], np.int64))
    flatten(root)
    file_of, files = _files(whole, root)
    with closing(Distributed(scratch, files)) as disk:
        for edges, pairs in _live(whole):
            disk.add(pa.table([edges, pairs], _EDGES), file_of[root[pairs >> 32] >> _NEAR])
        of_merge = file_of[root[[merge.one for merge in merges]] >> _NEAR]
        for number, file in enumerate(disk.files()):
            some = pa.concat_tables([_EDGES.empty_table(), *file])
            mine = [merges[place] for place in np.flatnonzero(of_merge == number)]
            if some.num_rows or mine:
                yield some["edge"].to_numpy(), some["pair"].to_numpy(), mine


def _live(whole: _Whole) -> Iterator[tuple[I64, I64]]:
    """The edges that are still to be judged, in order: their numbers, and the pairs."""
    for some in slices(len(whole.pairs)):
        edges = some.start + np.flatnonzero(whole.standing[some] == LIVE)
        yield edges, whole.pairs[edges]
        release(whole.pairs)


def _files(whole: _Whole, root: I32) -> tuple[I64, int]:
    """In which of how many files edges go, by the number that what they connect begins with."""
    here = np.zeros((len(root) >> _NEAR) + 1, np.int64)
    for _, pairs in _live(whole):
        here += np.bincount(root[pairs >> 32] >> _NEAR, minlength=len(here))
    at_once = max(EDGES_AT_ONCE, len(whole.pairs) // _MOST_FILES)
    file_of = (np.cumsum(here) - here) // at_once
    return file_of, int(file_of[-1]) + 1


def _judged(whole: _Whole, edges: I64, pairs: I64, merges: list[Merge], rules: Rules) -> tuple[I64, I64]:
    """The identifiers that edges and merges touch, and the customer of each of them."""
    ends = [[merge.one, merge.other] for merge in merges]
    ids = np.unique(np.concatenate([[NONE], pairs >> 32, pairs & LOWER, *ends]).astype(np.int64))
    customer, kind = np.arange(len(ids)), whole.kind[ids]
    own = np.searchsorted(ids, pairs >> 32) << 32 | np.searchsorted(ids, pairs & LOWER)
    numbered = [np.searchsorted(ids, [merge.one, merge.other]).tolist() for merge in merges]
    mine = [merge._replace(one=one, other=other) for merge, (one, other) in zip(merges, numbered, strict=True)]
    join_all(customer, kind, edges, own, mine, rules)
    return ids, ids[customer]  # the smallest of these is the smallest of those
