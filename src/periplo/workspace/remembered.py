"""Answers remembered while the data stay the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last ``most`` answers, by what was asked. Safe for threads: one question is answered at a time."""

    def __init__(self, most: int) -> None:
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._most, self._lock = most, RLock()

    def get(self, asked: Hashable, compute: Callable[[], T]) -> T:
        with self._lock:
            if asked not in self._answers:
                self._answers[asked] = compute()
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(asked)
            return self._answers[asked]
