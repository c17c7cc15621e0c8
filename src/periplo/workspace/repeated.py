"""Which keys come more than once, by their hashes: in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from periplo.events.keys import U64
from periplo.operation.shelf import Shelf, release, slices

AT_ONCE = 1 << 20


def repeated(hashes: Iterable[U64], shelf: Shelf) -> U64:
    """Those of the hashes that come more than once, ascending."""
    (whole,) = shelf.join(((some,) for some in hashes), np.uint64)
    parts = len(whole) // AT_ONCE + 1
    bounds = [np.uint64((part << 64) // parts) for part in range(parts)]
    (found,) = shelf.join(
        ((_twice(whole, low, high),) for low, high in zip(bounds, [*bounds[1:], None], strict=True)), np.uint64
    )
    return found


def _twice(whole: U64, low: np.uint64, high: np.uint64 | None) -> U64:
    """The same of those from a number on, below another."""
    found = [np.zeros(0, np.uint64)]
    for some in slices(len(whole)):
        part = whole[some]
        found.append(part[(part >= low) & (part < high if high is not None else True)])
        release(whole)
    mine = np.sort(np.concatenate(found))
    return np.unique(mine[1:][mine[1:] == mine[:-1]])
