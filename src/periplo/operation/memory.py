"""The memory of a process that works in steps: what a step took goes back to the system when it is done.

Allocators keep what is freed, each thread's apart, in case the same is wanted again: a worker that had once put
something large together would hold on to twice what it needs. Where the C library is not glibc, that stays so.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa

SPARING = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""The environment in which Arrow takes all it needs from the C library: once it is loaded, only most of it can be had
from there."""

_MMAP_THRESHOLD, _LARGE = -3, 4 << 20
_ARENA_MAX, _ARENAS = -8, 2


def spare() -> None:
    """From now on this process takes memory from few places, Arrow's columns too: so it can be given back; and what is
    large goes back as soon as it is free, however large what was freed before it."""
    pa.set_memory_pool(pa.system_memory_pool())
    if put := _of_c_library("mallopt"):
        put(_ARENA_MAX, _ARENAS)
        put(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Gives back what is free now."""
    if trim := _of_c_library("malloc_trim"):
        trim(0)


def _of_c_library(name: str) -> Callable[..., Any] | None:
    with suppress(OSError, AttributeError, TypeError):  # TypeError: Windows has no library without a name
        found: Callable[..., Any] = getattr(ctypes.CDLL(None), name)
        return found
    return None
