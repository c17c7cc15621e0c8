"""How kernels are compiled: without the GIL, kept on disk, never parallel inside (threads stand outside)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use for the types it is called with; later processes load the machine code."""
    return cast(F, njit(nogil=True, cache=True)(function))
