"""Answers remembered while the shop does not change, so that many readers cost one computation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Answers:
    """The ``most`` last answers. Who asks what is being computed waits for it; an error is not remembered."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        with self._lock:
            future: Future[T] | None = self._known.get(key)
            first = future is None
            if future is None:
                future = self._known[key] = Future()
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        if first:
            self._compute(key, future, compute)
        return future.result()

    def _compute(self, key: Hashable, future: Future[T], compute: Callable[[], T]) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                self._known.pop(key, None)
            future.set_exception(error)
