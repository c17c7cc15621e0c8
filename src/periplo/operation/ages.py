"""How old things are, by the time that passed: a clock that was set forward makes nothing old, nor one that was wrong
when a process began."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Protocol

NOTED_EVERY_US = 3_600_000_000
STOPPED_AT_MOST_US = 24 * NOTED_EVERY_US
"""So long, at most, nothing was running, whatever the clock says when something runs again."""

_MOST_NOTES = 10_000

Note = tuple[int, int]
"""How much time had passed, in microseconds since some beginning that nobody sets, and what the clock told then."""


class Notes(Protocol):
    """Where it is noted now and then what the clock told, by all processes together."""

    def all(self) -> Sequence[Note]:
        """The notes, in order of the time that had passed."""

    def put(self, note: Note, every_us: int, most: int) -> Sequence[Note]:
        """Notes it, unless the newest is younger, and forgets the oldest of more than ``most``; answers all."""


def wall_us() -> int:
    """Microseconds since 1970, as the machine tells them."""
    return time.time_ns() // 1000


def passed_us() -> int:
    """Microseconds since some beginning, which nobody sets."""
    return time.monotonic_ns() // 1000


class Ages:
    """Tells ages by notes of what the clock told, which outlive this process where ``notes`` do."""

    def __init__(
        self,
        wall_us: Callable[[], int] = wall_us,
        passed_us: Callable[[], int] = passed_us,
        notes: Notes | None = None,
    ) -> None:
        self._wall_us, self._passed_us = wall_us, passed_us
        self._notes, self._told, self._before_us = notes or Remembered(), list[Note](), 0

    def before(self, age_us: int) -> int:
        """What the clock told so long ago, or would have before the first note: what was dated earlier is older.
        Set back since, it told less."""
        passed, wall = self._now()
        then = passed - age_us
        noted, told = self._told[max(bisect_right(self._told, then, key=itemgetter(0)) - 1, 0)]
        return min(wall - age_us, told + then - noted)

    def _now(self) -> Note:
        """How much time passed while something ran, and what the clock tells."""
        here, wall = self._passed_us(), self._wall_us()
        if not self._told:
            self._told = [*self._notes.all()]
            self._before_us = _passed(self._told, wall) - here
        passed = here + self._before_us
        if not self._told or passed - self._told[-1][0] >= NOTED_EVERY_US:
            self._told = [*self._notes.put((passed, wall), NOTED_EVERY_US, _MOST_NOTES)]
            passed = max(passed, self._told[-1][0])  # another process may know of more
            self._before_us = passed - here
        return passed, wall


def _passed(told: Sequence[Note], wall_us: int) -> int:
    """How much time had passed before a process began, by the last note of one before it."""
    if not told:
        return 0
    passed, noted_us = told[-1]
    return passed + min(max(wall_us - noted_us, 0), STOPPED_AT_MOST_US)


class Remembered:
    """Notes that go with the process."""

    def __init__(self) -> None:
        self._told: list[Note] = []

    def all(self) -> Sequence[Note]:
        return self._told

    def put(self, note: Note, every_us: int, most: int) -> Sequence[Note]:
        self._told = [*self._told, note][-most:]
        return self._told
