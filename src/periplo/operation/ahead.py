"""Work done ahead of whoever waits for it, and no further."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(what: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What is made of each item, in order; a core each works ahead, as far as that and no further."""
    workers = os.cpu_count() or 1
    waiting = deque[Future[R]]()
    with ThreadPoolExecutor(workers) as pool:
        for item in items:
            waiting.append(pool.submit(what, item))
            del item  # whoever made it may let it go
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
