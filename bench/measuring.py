"""One measured figure, and how figures are measured."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``results.json``. Times in seconds; ``ratio`` is the peer's time over ours.

    ``equal``  the answers were checked: they equal the peer's, or are the known ones
    ``goal``   what is to be reached, and ``met`` whether it was
    ``memory_gb``  the largest memory of the process, where that is what is measured
    """

    name: str
    ours_s: float | None
    peer: str | None = None
    peer_s: float | None = None
    ratio: float | None = None
    goal: str
    equal: bool
    met: bool
    memory_gb: float | None = None


def interleaved(ours: Callable[[], Any], peer: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """The medians of both, taken in turns so that what else the machine does strikes both alike."""
    times = [(_seconds(ours), _seconds(peer)) for _ in range(repeats)]
    return median(time for time, _ in times), median(time for _, time in times)


def repeated(what: Callable[[], Any], repeats: int) -> float:
    """The median time of so many runs, after one that does not count."""
    what()
    return median(_seconds(what) for _ in range(repeats))


def _seconds(what: Callable[[], Any]) -> float:
    begun = perf_counter()
    what()
    return perf_counter() - begun
