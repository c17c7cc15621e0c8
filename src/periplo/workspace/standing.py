"""While one question is answered its shop stands still: all that is asked for it is of the same moment.

Otherwise the parts of one page would not agree while events come in, and each would read on for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

_SEEN: ContextVar[dict[Hashable, Any] | None] = ContextVar("periplo_seen", default=None)


@contextmanager
def standing_still() -> Iterator[None]:
    """Inside the block, and in the threads that it hands its context to, what was seen ``once`` stays."""
    before = _SEEN.set({})
    try:
        yield
    finally:
        _SEEN.reset(before)


def is_still() -> bool:
    """Whether this runs inside such a block."""
    return _SEEN.get() is not None


def once(what: Hashable, look: Callable[[], T]) -> T:
    """What ``look`` sees; inside ``standing_still`` what it saw the first time."""
    seen = _SEEN.get()
    if seen is None:
        return look()
    if what not in seen:
        seen[what] = look()
    return cast(T, seen[what])
