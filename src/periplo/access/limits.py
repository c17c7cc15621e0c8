"""How often one visitor may ask: so many requests at once, refilled by the second. Kept in the process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from periplo.errors import TooManyTries


class Limits:
    """``burst`` requests at once and ``rate`` a second after that, for each key; the ``most`` latest keys count."""

    def __init__(
        self, burst: int = 240, rate: float = 20.0, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._rate, self._most, self._clock = burst, rate, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Counts one request. Raises ``TooManyTries`` where there are too many."""
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(key, (float(self._burst), now))
            left = min(self._burst, left + (now - since) * self._rate)
            self._left[key] = (max(left - 1, 0.0) if left >= 1 else left, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyTries(max(1, round((1 - left) / self._rate)))
