"""What makes an event this event, its source and its id, as one number of 64 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from periplo.operation.machine_code import KEPT

U64 = NDArray[np.uint64]
Bool = NDArray[np.bool_]

_TEXT = pa.large_string()


def key_hashes(sources: pa.Array, event_ids: pa.Array) -> U64:
    """uint64, a hash of each key. Two keys share one so rarely that who finds one may well ask the exact store."""
    found = np.full(len(event_ids), 14695981039346656037, np.uint64)
    for column in (sources, event_ids):
        _add(found, *_bytes(column))
    return found


def inside(run: U64, hashes: U64) -> Bool:
    """Which of the hashes are in a sorted run of them."""
    if not len(run):
        return np.zeros(len(hashes), np.bool_)
    places = np.searchsorted(run, hashes)
    found: Bool = run[np.minimum(places, len(run) - 1)] == hashes
    return found


@njit(nogil=True, cache=KEPT)
def _add(hashes: Any, letters: Any, bounds: Any) -> None:
    """Takes a text into each hash (FNV-1a), with an end mark, and mixes the bits (as MurmurHash3 ends)."""
    for row in range(len(hashes)):
        found = hashes[row]
        for place in range(bounds[row], bounds[row + 1]):
            found = (found ^ np.uint64(letters[place])) * np.uint64(1099511628211)
        found = (found ^ np.uint64(255)) * np.uint64(1099511628211)
        found = (found ^ (found >> np.uint64(33))) * np.uint64(18397679294719823053)
        hashes[row] = found ^ (found >> np.uint64(33))


def _bytes(texts: pa.Array) -> tuple[Any, Any]:
    """The letters of all texts, and where each begins and ends."""
    whole = texts.cast(_TEXT)
    _, offsets, letters = whole.buffers()
    bounds = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return np.frombuffer(letters or b"", np.uint8), bounds
