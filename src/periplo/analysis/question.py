"""The question protocol (law 4): every analysis is ``map`` over parts of whole customers, ``merge``, ``finish``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Protocol, TypeVar

import numpy as np

from periplo.journeys.columns import I64, JourneyColumns
from periplo.operation.shelf import release_all, spared_memory

SMALL = 20_000
"""So few events are answered sooner by one thread."""
AT_ONCE, FEW_AT_ONCE, ALL_AT_ONCE = 1 << 20, 1 << 17, 1 << 62
"""About so many events does a thread look at, so that the memory for it stays the same: as a rule; where much is noted
of each customer; and where nothing is, but states are large."""
Behind = Callable[[JourneyColumns, str], I64 | None]
"""The customers of a part behind a reference, as indices into the part; None where there is no such reference."""
S = TypeVar("S")
R_co = TypeVar("R_co", covariant=True)


class Question(Protocol[S, R_co]):
    """``merge(map(a), map(b)) == map(a + b)`` for any split of the customers into ``a`` and ``b``."""

    def map(self, part: JourneyColumns) -> S:
        """The state of one part: small, and independent of every other part."""

    def merge(self, left: S, right: S) -> S:
        """Two states of neighbouring parts, in order, as one."""

    def finish(self, state: S) -> R_co:
        """The result read off the state of all parts."""


def ask(
    journeys: JourneyColumns, question: Question[S, R_co], threads: int | None = None, at_once: int = AT_ONCE
) -> R_co:
    """The answer over all customers, a thread per core (kernels release the GIL), each looking ``at_once`` at so many
    events."""
    workers, let_go = _workers(journeys, threads), release_all if spared_memory() else _nothing
    cuts = _cuts(journeys, workers, at_once)

    def mapped(cut: tuple[int, int]) -> S:
        state = question.map(journeys.part(*cut))
        let_go()
        return state

    if len(cuts) == 1:
        return question.finish(mapped(cuts[0]))
    with ThreadPoolExecutor(workers) as pool:
        return question.finish(_merged(question.merge, pool.map(mapped, cuts)))


def _merged(merge: Callable[[S, S], S], states: Iterable[S]) -> S:
    """All states as one, neighbours first: what grows by merging is not copied for each of them."""
    waiting: list[tuple[int, S]] = []
    for state in states:
        size = 1
        while waiting and waiting[-1][0] == size:
            state, size = merge(waiting.pop()[1], state), 2 * size
        waiting.append((size, state))
    return reduce(lambda right, left: merge(left, right), [state for _, state in reversed(waiting)])


def find(journeys: JourneyColumns, behind: Behind, ref: str, threads: int | None = None) -> I64 | None:
    """The customers behind a reference, found in parts by ``behind``, which looks at each customer alone."""
    workers = _workers(journeys, threads)
    cuts = _cuts(journeys, workers, AT_ONCE)
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda cut: behind(journeys.part(*cut), ref), cuts)
        known = [first + indices for (first, _), indices in zip(cuts, found, strict=True) if indices is not None]
    return np.concatenate(known) if known else None


def _cuts(journeys: JourneyColumns, workers: int, at_once: int) -> list[tuple[int, int]]:
    return journeys.cuts(max(workers, journeys.events // at_once))


def _nothing() -> None:
    """What is done where memory need not be spared."""


def _workers(journeys: JourneyColumns, threads: int | None) -> int:
    return threads or (os.cpu_count() or 1 if journeys.events > SMALL else 1)
