"""What identity knows, in memory: which identifier a text is, and which customer an identifier belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.facts import Facts, nothing
from periplo.identity.kernels import components
from periplo.identity.kinds import DEVICES, I32, I64, KINDS, ORDER, U8, USER, Bool
from periplo.identity.texts import TextIndex

NONE = 0
"""Answer of ``find`` besides the id and ``UNSEEN``: seen, and no identifier."""


@dataclass(frozen=True)
class Known:
    """The state of identity at one moment (``cursor``); never changed, only replaced by a later one.

    ``customer`` int64[k+1]: the customer of identifier i, the smallest id among those joined; customer[0] = 0, nobody.
    """

    cursor: int
    facts: Facts
    customer: I64
    texts: tuple[TextIndex, ...]

    @classmethod
    def of(cls, facts: Facts, cursor: int) -> Known:
        """The state that facts lead to."""
        joined = facts.edges.filter(pc.is_null(facts.edges["refused"]))
        count = facts.identifiers.num_rows
        customer = components(count, numbers(joined["stronger"]), numbers(joined["weaker"]))
        customer[1:][facts.identifiers["value"].is_null().to_numpy()] = NONE
        return cls(cursor, nothing(), customer[:1], (TextIndex(),) * len(KINDS)).plus(facts, customer)

    def plus(self, new: Facts, customer: I64) -> Known:
        """The state with new facts, and the customers they lead to."""
        texts = tuple(index.plus(*some) for index, some in zip(self.texts, _texts(new, self.count + 1), strict=True))
        return Known(self.cursor, self.facts + new, customer, texts)

    @property
    def count(self) -> int:
        """How many identifiers there are."""
        return len(self.customer) - 1

    @cached_property
    def kind(self) -> U8:
        """uint8[k+1], the kind of each identifier; [0] has none."""
        kinds: U8 = np.append(np.uint8(255), self.facts.identifiers["kind"].to_numpy()).astype(np.uint8)
        return kinds

    @cached_property
    def person(self) -> Bool:
        """bool[k+1] at customers: False for the anonymous customer of a single order, and for nobody."""
        known = np.zeros(self.count + 1, np.bool_)
        known[self.customer[1:][self.kind[1:] != ORDER]] = True
        return known

    @cached_property
    def pairs(self) -> I64:
        """All edges, accepted or not, packed and ascending."""
        return np.sort(pack(numbers(self.facts.edges["stronger"]), numbers(self.facts.edges["weaker"])))

    def users(self, more: int) -> I32:
        """int32[k+1+more], how many user_ids were seen with each identifier that people may share; with room for
        further identifiers."""
        stronger, weaker = self.pairs >> 32, self.pairs & 0xFFFFFFFF
        shared = (self.kind[stronger] == USER) & np.isin(self.kind[weaker], DEVICES)
        found = np.zeros(self.count + 1 + more, np.int32)
        seen, times = np.unique(weaker[shared], return_counts=True)
        found[seen] = times
        return found

    def find(self, kind: int, texts: pa.Array | pa.ChunkedArray) -> I64:
        """The ids of identifiers as they were written; ``UNSEEN``, or ``NONE`` where it is none. Nulls are unseen."""
        return self.texts[kind].find(texts)


def _texts(facts: Facts, first_id: int) -> Iterator[tuple[pa.ChunkedArray, I64]]:
    """Per kind all normal forms and other spellings, and the identifier of each."""
    kinds, spellings = facts.identifiers["kind"].to_numpy(), facts.spellings
    there = facts.identifiers["value"].is_valid().to_numpy()
    for kind in range(len(KINDS)):
        normal, other = np.flatnonzero((kinds == kind) & there), pc.equal(spellings["kind"], kind)
        forms, raw = facts.identifiers["value"].take(pa.array(normal)), spellings["raw"].filter(other)
        ids = np.concatenate((normal + first_id, numbers(spellings["identifier"].filter(other))))
        yield pa.chunked_array([*forms.chunks, *raw.chunks], pa.string()), ids


def pack(stronger: I64, weaker: I64) -> I64:
    """Two ids as one number."""
    return (stronger << 32) | weaker


def numbers(column: pa.Array | pa.ChunkedArray, missing: int = NONE) -> I64:
    """A column of whole numbers as int64, nulls as ``missing``."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found: I64 = pc.fill_null(array.cast(pa.int64()), missing).to_numpy(zero_copy_only=False)
    return found


def encoded(column: pa.Array | pa.ChunkedArray) -> tuple[I64, pa.Array]:
    """Codes (-1 where null) and distinct values, in order of appearance."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = array.dictionary_encode()
    return numbers(coded.indices, -1), coded.dictionary
