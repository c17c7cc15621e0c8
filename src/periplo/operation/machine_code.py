"""Where machine code is kept: what one process has compiled, the next one loads.

It lies beside the source, or in the user's own cache folder; ``NUMBA_CACHE_DIR`` names another place. A service whose
user has no home may have none of them: then each process compiles for itself, which takes a minute, instead of ending.
"""

from __future__ import annotations

from numba import njit


def _can_be_kept() -> bool:
    try:
        njit(cache=True)(_nothing)
    except RuntimeError:  # numba finds no folder that it may write
        return False
    return True


def _nothing() -> None:
    pass


KEPT = _can_be_kept()
