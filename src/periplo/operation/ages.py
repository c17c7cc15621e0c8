"""How old things are, by the time that passed: a clock that was set forward makes nothing old."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from operator import itemgetter

_NOTED_EVERY_US = 3_600_000_000
_MOST_NOTES = 10_000


def wall_us() -> int:
    """Microseconds since 1970, as the machine tells them."""
    return time.time_ns() // 1000


def passed_us() -> int:
    """Microseconds since some beginning, which nobody sets."""
    return time.monotonic_ns() // 1000


class Ages:
    """Notes now and then what the clock told, since this process began."""

    def __init__(self, wall_us: Callable[[], int] = wall_us, passed_us: Callable[[], int] = passed_us) -> None:
        self._wall_us, self._passed_us = wall_us, passed_us
        self._told: deque[tuple[int, int]] = deque([(passed_us(), wall_us())], maxlen=_MOST_NOTES)

    def before(self, age_us: int) -> int:
        """What the clock told so long ago, or would have before this process began: what was dated earlier is older.
        Set back since, it told less."""
        passed, wall = self._passed_us(), self._wall_us()
        if passed - self._told[-1][0] >= _NOTED_EVERY_US:
            self._told.append((passed, wall))
        then = passed - age_us
        noted, told = self._told[max(bisect_right(self._told, then, key=itemgetter(0)) - 1, 0)]
        return min(wall - age_us, told + then - noted)
