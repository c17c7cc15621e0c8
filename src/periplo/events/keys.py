"""What makes an event this event, its source and its id, as one number of 64 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from periplo.operation.machine_code import KEPT
from periplo.operation.shelf import only_read

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
    found = np.zeros(len(hashes), np.bool_)
    if len(run):
        _mark(found, only_read(run), only_read(hashes))
    return found


def merged(one: U64, other: U64) -> U64:
    """What is in either of two sorted runs, once, in order. A stable sort merges them, many times as fast as others."""
    both = np.sort(np.concatenate((one, other)), kind="stable")
    return np.delete(both, np.flatnonzero(both[1:] == both[:-1]))


@njit(nogil=True, cache=KEPT)
def _mark(found: Any, run: Any, hashes: Any) -> None:
    """Marks the hashes that are in a run. They are spread evenly: each is sought from where it would lie then."""
    for each in range(len(hashes)):
        guess = np.int64(((hashes[each] >> np.uint64(32)) * np.uint64(len(run))) >> np.uint64(32))
        place = _sought(run, hashes[each], guess)
        found[each] = place < len(run) and run[place] == hashes[each]


@njit(nogil=True, cache=KEPT)
def _sought(run: Any, wanted: Any, guess: Any) -> Any:
    """The first place in a run whose hash is not smaller, sought in steps that grow, away from a guess."""
    low, high, step = guess, guess, 1
    while low >= 0 and run[low] >= wanted:
        low, high, step = low - step, low, 2 * step
    while high < len(run) and run[high] < wanted:
        low, high, step = high, high + step, 2 * step
    low, high = max(low, -1), min(high, len(run))
    while high - low > 1:
        middle = (low + high) >> 1
        if run[middle] < wanted:
            low = middle
        else:
            high = middle
    return high


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
