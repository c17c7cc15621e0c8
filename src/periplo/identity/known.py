"""What identity knows, in memory: which customer an identifier belongs to.

Per identifier about sixty bytes: its text once, and the edges as numbers. What else is told of an edge stays on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from periplo.identity.decisions import Decision, Name
from periplo.identity.facts import START, Facts
from periplo.identity.judging import NONE, Judged, Rulings, judge, mark_persons
from periplo.identity.kernels.joining import LOWER
from periplo.identity.kinds import I64, KINDS, U8, Bool
from periplo.identity.pairs import PairIndex
from periplo.identity.register import Register, edges_before, erased_of, kinds_of, pairs_of
from periplo.identity.rules import Rules
from periplo.identity.texts import TextIndex

ROWS_AT_ONCE = 1 << 22

__all__ = ["NONE", "Known"]


@dataclass(frozen=True)
class Known(Register):
    """The state of identity at one moment (``cursor``); never changed, only replaced by a later one.

    ``kind``   uint8[k+1], of each identifier; [0] has none
    ``pairs``  int64[e], the two identifiers of each edge, packed, in the order in which they came
    ``erased`` ids of identifiers whose values are gone: they identify nobody
    """

    kind: U8
    pairs: I64
    judged: Judged
    erased: I64

    @classmethod
    def nothing(cls) -> Known:
        empty = np.zeros(0, np.int64)
        texts = (TextIndex(),) * len(KINDS)
        kind = np.full(1, 255, np.uint8)
        return cls(0, 0, texts, PairIndex(), (), (), START, kind, empty, Judged.nothing(), empty)

    def plus(self, parts: Iterable[Facts], decided: Sequence[Decision] = ()) -> Known:
        """With more facts, and decisions taken among them, which are all still to be judged."""
        kinds, pairs, erased = [self.kind], [self.pairs], [self.erased]
        known, places = self, np.full(len(decided), len(self.pairs))
        for facts in _many_at_once(parts):
            kinds.append(kinds_of(facts))
            pairs.append(pairs_of(facts))
            erased.append(erased_of(facts) + known.count)
            places += edges_before(facts, decided)
            known = known.learning(facts)
        return replace(
            known,
            kind=np.concatenate(kinds),
            pairs=np.concatenate(pairs),
            taken=(*self.taken, *zip(decided, places.tolist(), strict=True)),
            erased=np.concatenate(erased),
        )

    def deciding(self, decision: Decision) -> Known:
        return replace(self, taken=(*self.taken, (decision, len(self.pairs))))

    def judging(self, rules: Rules) -> Known:
        """With everything judged."""
        rulings = Rulings.of(self.taken, self.id_of, self.erased)
        judged = judge(self.judged, self.kind, self.pairs, rulings, rules)
        return replace(self, judged=judged, blocked=rulings.blocked)

    @property
    def customer(self) -> I64:
        """int64[k+1]: the customer of each identifier, the smallest id among those joined; 0 for nobody's."""
        return self.judged.customer

    @cached_property
    def person(self) -> Bool:
        """bool[k+1] at customers: False for the anonymous customer of a single order, and for nobody."""
        person = np.zeros(len(self.kind), np.bool_)
        mark_persons(person, self.kind, self.customer)
        return person

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
