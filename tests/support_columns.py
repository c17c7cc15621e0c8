"""How much memory columns take."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa


def most_allocated(work: Callable[[], object]) -> int:
    """The most bytes of columns that some work held at a time."""
    usual = pa.default_memory_pool()
    counting = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counting)
    try:
        work()
        return int(counting.max_memory())
    finally:
        pa.set_memory_pool(usual)
