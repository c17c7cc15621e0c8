"""Answers remembered while the data stay the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last ``most`` answers, by what was asked. Safe for threads: who asks the same waits for the one answer,
    who asks something else does not."""

    def __init__(self, most: int) -> None:
        self._answers: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._most, self._lock = most, Lock()

    def get(self, asked: Hashable, compute: Callable[[], T]) -> T:
        """The answer known, or else computed now; what ``compute`` raises is not remembered."""
        with self._lock:
            known = self._answers.get(asked)
            answer = self._answers.setdefault(asked, known or Future())
            self._answers.move_to_end(asked)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        if known is None:
            self._compute(asked, answer, compute)
        return answer.result()

    def _compute(self, asked: Hashable, answer: Future[T], compute: Callable[[], T]) -> None:
        try:
            answer.set_result(compute())
        except BaseException as error:
            with self._lock:
                self._answers.pop(asked, None)
            answer.set_exception(error)
