"""What new events are held against: which identifier a text is, and which pairs of identifiers were met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.decisions import Decision, Name
from periplo.identity.facts import START, Facts, Mark
from periplo.identity.judging import NONE, Rulings, Taken
from periplo.identity.kernels.joining import LOWER
from periplo.identity.kinds import I64, KINDS, U8, Bool
from periplo.identity.pairs import PairIndex
from periplo.identity.rules import Rules
from periplo.identity.texts import TextIndex
from periplo.operation.shelf import Shelf


@dataclass(frozen=True)
class Register:
    """What was met up to a moment (``cursor``); never changed, only replaced by a later one. Alone, it judges nobody.

    ``count``   how many identifiers there are
    ``met``     the pairs of identifiers that events carried
    ``taken``   what was decided
    ``blocked`` the identifiers that were decided to be none
    ``mark``    how far the facts that are kept were read
    """

    cursor: int
    count: int
    texts: tuple[TextIndex, ...]
    met: PairIndex
    taken: tuple[Taken, ...]
    blocked: tuple[int, ...]
    mark: Mark

    @classmethod
    def on(cls, shelf: Shelf, parts: Iterable[Facts], decided: Sequence[Decision], cursor: int) -> Register:
        """Facts and decisions out of memory."""
        taken = tuple((decision, 0) for decision in decided)
        texts = (TextIndex(shelf=shelf),) * len(KINDS)
        return Register(cursor, 0, texts, PairIndex(shelf=shelf), taken, (), START).plus(parts)

    def plus(self, parts: Iterable[Facts]) -> Self:
        """With more facts."""
        found = self
        for facts in parts:
            found = found.learning(facts)
        return found

    def learning(self, facts: Facts) -> Self:
        texts = tuple(index.plus(*some) for index, some in zip(self.texts, _texts(facts, self.count + 1), strict=True))
        count, met = self.count + facts.identifiers.num_rows, self.met.plus(pairs_of(facts))
        return replace(self, count=count, texts=texts, met=met, mark=facts.end)

    def deciding(self, decision: Decision) -> Self:
        """With a decision taken now, which is still to be judged."""
        return replace(self, taken=(*self.taken, (decision, 0)))

    def judging(self, rules: Rules) -> Self:
        """With who is blocked."""
        return replace(self, blocked=Rulings.of(self.taken, self.id_of).blocked)

    def find(self, kind: int, texts: pa.Array | pa.ChunkedArray) -> I64:
        """The ids of identifiers as they were written; ``UNSEEN``, or ``NONE`` where it is none. Nulls are unseen."""
        return self.texts[kind].find(texts)

    def id_of(self, name: Name) -> int:
        """The id of an identifier; ``UNSEEN`` or ``NONE`` where there is none."""
        return int(self.find(KINDS.index(name[0]), pa.array([name[1]], pa.string()))[0])

    def were_met(self, pairs: I64) -> Bool:
        """Which pairs of identifiers some event carried."""
        found = (pairs >> 32 <= self.count) & (pairs & LOWER <= self.count)
        found[found] = self.met.holds(pairs[found])
        return found


def kinds_of(facts: Facts) -> U8:
    """uint8, of each identifier."""
    kinds: U8 = facts.identifiers["kind"].to_numpy().astype(np.uint8)
    return kinds


def pairs_of(facts: Facts) -> I64:
    """int64, the two identifiers of each edge, packed."""
    return (numbers(facts.edges["stronger"]) << 32) | numbers(facts.edges["weaker"])


def erased_of(facts: Facts) -> I64:
    """The identifiers whose values are gone, counted from 1."""
    return np.flatnonzero(facts.identifiers["value"].is_null().to_numpy()) + 1


def edges_before(facts: Facts, decided: Sequence[Decision]) -> I64:
    """int64, how many of the edges came before each decision."""
    return np.searchsorted(numbers(facts.edges["seq"]), [decision.seq for decision in decided])


def _texts(facts: Facts, first_id: int) -> Iterator[tuple[pa.ChunkedArray, I64]]:
    """Per kind all normal forms and other spellings, and the identifier of each."""
    kinds, spellings = facts.identifiers["kind"].to_numpy(), facts.spellings
    there = facts.identifiers["value"].is_valid().to_numpy()
    for kind in range(len(KINDS)):
        normal, other = np.flatnonzero((kinds == kind) & there), pc.equal(spellings["kind"], kind)
        forms, raw = facts.identifiers["value"].take(pa.array(normal)), spellings["raw"].filter(other)
        ids = np.concatenate((normal + first_id, numbers(spellings["identifier"].filter(other))))
        yield pa.chunked_array([*forms.chunks, *raw.chunks], pa.string()), ids


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
