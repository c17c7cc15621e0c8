"""One measured figure, and how figures are measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from statistics import median
from time import perf_counter, sleep
from typing import Any

import msgspec
import numpy as np

from bench.apart import Timed

REST_S = 0.5


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``results.json``. Times in seconds; ``ratio`` is the peer's time over ours, by median.

    ``equal``  the answers were checked: they equal the peer's, or are the known ones
    ``goal``   what is to be reached, and ``met`` whether it was
    ``amount`` what was measured where it is no time, with its unit
    ``limit_s``  what reading the bytes that must be touched takes at the bandwidth of the memory, measured in this run
    ``topic``  the module that measured it
    """

    name: str
    ours_s: float | None = None
    peer: str | None = None
    peer_s: float | None = None
    ratio: float | None = None
    goal: str
    equal: bool
    met: bool
    amount: str | None = None
    limit_s: float | None = None
    topic: str = ""


def compared(
    name: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    than: str,
    goal: float,
    repeats: int = 5,
    touched: int = 0,
    same: Callable[[Any, Any], bool] | None = None,
) -> Figure:
    """Ours against the peer's, both warm: the answers first (``==``, or ``same``), then both timed in turns.

    ``peer`` may answer with the seconds it took (``Timed``). ``goal``: so many times faster at least; below 1, so much
    slower at most. ``touched``: bytes that must be read.
    """
    equal = (same or _equal)(ours(), _answer(peer()))
    times = _in_turns(ours, peer, repeats)
    ratio = median(theirs / own for own, theirs in times)
    return Figure(
        name=name,
        ours_s=median(own for own, _ in times),
        peer=than,
        peer_s=median(theirs for _, theirs in times),
        ratio=ratio,
        goal=f"{goal:g} times faster" if goal >= 1 else f"at most {1 / goal:.3g} times as long",
        equal=equal,
        met=equal and ratio >= goal,
        limit_s=limit_s(touched),
    )


def within(name: str, seconds: float, goal_s: float, *, equal: bool = True, touched: int = 0) -> Figure:
    """A time against the time it may take."""
    met = equal and seconds < goal_s
    return Figure(name=name, ours_s=seconds, goal=f"{goal_s:g} s", equal=equal, met=met, limit_s=limit_s(touched))


def interleaved(ours: Callable[[], Any], peer: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """The medians of both, taken in turns so that what else the machine does strikes both alike."""
    times = _in_turns(ours, peer, repeats)
    return median(time for time, _ in times), median(time for _, time in times)


def _in_turns(ours: Callable[[], Any], peer: Callable[[], Any], repeats: int) -> list[tuple[float, float]]:
    """Seconds of both; what one of them still clears up when it has answered is not the other's to wait for."""

    def rested(what: Callable[[], Any]) -> float:
        sleep(REST_S)
        return _seconds(what)

    return [(rested(ours), rested(peer)) for _ in range(repeats)]


def repeated(what: Callable[[], Any], repeats: int) -> float:
    """The median time of so many runs, after one that does not count."""
    what()
    return median(_seconds(what) for _ in range(repeats))


def limit_s(touched: int) -> float | None:
    """The least time that reading so many bytes takes here; None for none."""
    return touched / bandwidth() if touched else None


@cache
def bandwidth() -> float:
    """Bytes per second that all cores together read from memory, far more than their caches hold."""
    cores = os.cpu_count() or 1
    blocks = [np.ones(1 << 26, np.int64) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        seconds = min(_seconds(lambda: list(pool.map(np.sum, blocks))) for _ in range(5))
    return sum(block.nbytes for block in blocks) / seconds


def _seconds(what: Callable[[], Any]) -> float:
    begun = perf_counter()
    found = what()
    return found.seconds if isinstance(found, Timed) else perf_counter() - begun


def _answer(found: Any) -> Any:
    return found.answer if isinstance(found, Timed) else found


def _equal(own: Any, theirs: Any) -> bool:
    return bool(own == theirs)
