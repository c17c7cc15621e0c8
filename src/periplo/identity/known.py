"""What identity knows, in memory: which identifier a text is, and which customer an identifier belongs to.

Per identifier about sixty bytes: its text once, and the edges as numbers. What else is told of an edge stays on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.decisions import Decision, Name
from periplo.identity.facts import START, Facts, Mark
from periplo.identity.judging import NONE, Judged, Rulings, Taken, judge
from periplo.identity.kernels.joining import LOWER
from periplo.identity.kinds import I64, KINDS, ORDER, U8, Bool
from periplo.identity.rules import Rules
from periplo.identity.texts import TextIndex

ROWS_AT_ONCE = 1 << 22

__all__ = ["NONE", "Known", "encoded", "numbers"]


@dataclass(frozen=True)
class Known:
    """The state of identity at one moment (``cursor``); never changed, only replaced by a later one.

    ``kind``   uint8[k+1], of each identifier; [0] has none
    ``pairs``  int64[e], the two identifiers of each edge, packed, in the order in which they came
    ``met``    the same, ascending
    ``erased`` ids of identifiers whose values are gone: they identify nobody
    ``mark``   how far the facts that are kept were read
    """

    cursor: int
    kind: U8
    texts: tuple[TextIndex, ...]
    pairs: I64
    met: I64
    taken: tuple[Taken, ...]
    judged: Judged
    erased: I64
    mark: Mark

    @classmethod
    def nothing(cls) -> Known:
        empty = np.zeros(0, np.int64)
        texts = (TextIndex(),) * len(KINDS)
        return cls(0, np.full(1, 255, np.uint8), texts, empty, empty, (), Judged.nothing(), empty, START)

    def plus(self, parts: Iterable[Facts], decided: Sequence[Decision] = ()) -> Known:
        """With more facts, and decisions taken among them, which are all still to be judged."""
        kinds, pairs, erased = [self.kind], [self.pairs[:0]], [self.erased]
        texts, count, mark, places = self.texts, self.count, self.mark, np.full(len(decided), len(self.pairs))
        for facts in _many_at_once(parts):
            texts, mark = _more(texts, facts, count + 1), facts.end
            kinds.append(_kinds(facts))
            pairs.append(_pairs(facts))
            gone = facts.identifiers["value"].is_null().to_numpy()
            erased.append(np.flatnonzero(gone) + count + 1)
            count += len(kinds[-1])
            places += np.searchsorted(numbers(facts.edges["seq"]), [decision.seq for decision in decided])
        new = np.concatenate(pairs)
        ascending = np.sort(new)
        return replace(
            self,
            kind=np.concatenate(kinds),
            texts=texts,
            pairs=np.append(self.pairs, new),
            met=np.insert(self.met, np.searchsorted(self.met, ascending), ascending),
            taken=(*self.taken, *zip(decided, places.tolist(), strict=True)),
            erased=np.concatenate(erased),
            mark=mark,
        )

    def deciding(self, decision: Decision) -> Known:
        """With a decision taken now, which is still to be judged."""
        return replace(self, taken=(*self.taken, (decision, len(self.pairs))))

    def judging(self, rules: Rules) -> Known:
        """With everything judged."""
        rulings = Rulings.of(self.taken, self.id_of, self.erased)
        return replace(self, judged=judge(self.judged, self.kind, self.pairs, rulings, rules))

    @property
    def count(self) -> int:
        """How many identifiers there are."""
        return len(self.kind) - 1

    @property
    def customer(self) -> I64:
        """int64[k+1]: the customer of each identifier, the smallest id among those joined; 0 for nobody's."""
        return self.judged.customer

    @cached_property
    def person(self) -> Bool:
        """bool[k+1] at customers: False for the anonymous customer of a single order, and for nobody."""
        known = np.zeros(self.count + 1, np.bool_)
        known[self.customer[1:][self.kind[1:] != ORDER]] = True
        known[NONE] = False
        return known

    def find(self, kind: int, texts: pa.Array | pa.ChunkedArray) -> I64:
        """The ids of identifiers as they were written; ``UNSEEN``, or ``NONE`` where it is none. Nulls are unseen."""
        return self.texts[kind].find(texts)

    def id_of(self, name: Name) -> int:
        """The id of an identifier; ``UNSEEN`` or ``NONE`` where there is none."""
        return int(self.find(KINDS.index(name[0]), pa.array([name[1]], pa.string()))[0])

    def names_of(self, ids: I64) -> dict[int, Name]:
        """Kind and value of identifiers."""
        found: dict[int, Name] = {}
        for kind, index in enumerate(self.texts):
            mine = ids[self.kind[ids] == kind]
            texts = index.texts_of(mine) if len(mine) else {}
            found |= {one: (KINDS[kind], text) for one, text in texts.items()}
        return found

    def ends(self, edges: I64 | slice = slice(None)) -> tuple[I64, I64]:
        """The stronger and the weaker identifier of some edges, or of all."""
        return self.pairs[edges] >> 32, self.pairs[edges] & LOWER


def _many_at_once(parts: Iterable[Facts]) -> Iterator[Facts]:
    """The parts put together to some that are large enough: an index of texts is made of many at once in less time."""
    waiting: Facts | None = None
    for facts in parts:
        waiting = waiting + facts if waiting else facts
        if waiting.rows >= ROWS_AT_ONCE:
            yield waiting
            waiting = None
    if waiting:
        yield waiting


def _more(texts: tuple[TextIndex, ...], new: Facts, first_id: int) -> tuple[TextIndex, ...]:
    return tuple(index.plus(*some) for index, some in zip(texts, _texts(new, first_id), strict=True))


def _kinds(facts: Facts) -> U8:
    kinds: U8 = facts.identifiers["kind"].to_numpy().astype(np.uint8)
    return kinds


def _pairs(facts: Facts) -> I64:
    return (numbers(facts.edges["stronger"]) << 32) | numbers(facts.edges["weaker"])


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
