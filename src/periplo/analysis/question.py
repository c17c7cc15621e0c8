"""The question protocol (law 4): every analysis is ``map`` over parts of whole customers, ``merge``, ``finish``."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Protocol, TypeVar

from periplo.journeys.columns import JourneyColumns

SMALL = 20_000
"""So few events are answered sooner by one thread."""
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


def ask(journeys: JourneyColumns, question: Question[S, R_co], threads: int | None = None) -> R_co:
    """The answer over all customers, a thread per core (kernels release the GIL)."""
    workers = threads or (os.cpu_count() or 1 if journeys.events > SMALL else 1)
    parts = list(journeys.parts(workers)) or [journeys]
    if len(parts) == 1:
        return question.finish(question.map(parts[0]))
    with ThreadPoolExecutor(workers) as pool:
        return question.finish(reduce(question.merge, pool.map(question.map, parts)))
