"""Building journeys: sort events into them, let new events join, move events between customers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from periplo.journeys.columns import I64, U8, U16, T, fixed
from periplo.journeys.kernels.joining import positions, splice
from periplo.journeys.kernels.sorting import sort_bucket, take, to_buckets
from periplo.journeys.rows import Rows, Sorted

__all__ = ["Rows", "Sorted", "build", "extend"]

BUCKET_ROWS, MOST_BUCKETS = 1 << 16, 1 << 10
ROWS_AT_ONCE = 1 << 21
_NOTHING: I64 = np.empty(0, np.int64)
_Copied = tuple[I64, I64, I64]


def build(rows: Rows, threads: int | None = None) -> tuple[Sorted, I64]:
    """All rows sorted into journeys, and ``origin[m]``: the input row of each sorted row.

    ``threads``: a core each unless given.
    """
    numbers, key = _keys(rows.customer)
    low, span = (int(key.min()), int(key.max()) - int(key.min()) + 1) if len(key) else (0, 1)
    wanted = max(1, min(MOST_BUCKETS, len(rows) // BUCKET_ROWS))
    shift = (span // wanted).bit_length()
    with _pool(threads, len(rows)) as pool:
        bounds, copied = _bucketed(pool, key, rows.time_us, low, shift, ((span - 1) >> shift) + 1)
        counts, origin, time_us = _sorted(pool, bounds, shift, copied, rows.seq)
        del copied
        taken = _taken(pool, rows, origin)
    found = np.flatnonzero(counts)
    offsets = np.concatenate(([0], np.cumsum(counts[found])))
    customer = found + low if numbers is None else numbers[found + low]
    return Sorted(offsets, customer, time_us, *taken), origin


def extend(old: Sorted, added: Rows, gone: I64 = _NOTHING, threads: int | None = None) -> Sorted:
    """Old journeys without the rows ``gone`` (ascending), with new rows merged in; only the new rows are sorted.

    Equal rows: old before new. To move events between customers, let them go and add what ``Sorted.moved`` gives.
    """
    new, _ = build(added, threads)
    place, known = _found(old.customer, new.customer)
    at = positions(old.offsets, old.time_us, old.seq, place, known, new.offsets, new.time_us, new.seq)
    sizes, left = np.diff(new.offsets), np.diff(old.offsets) - _lost(old, gone)
    left[place[known]] += sizes[known]
    counts = np.insert(left, place[~known], sizes[~known])
    customer = np.insert(old.customer, place[~known], new.customer[~known])
    offsets = np.concatenate(([0], np.cumsum(counts[counts > 0])))
    with _pool(threads, len(old.time_us)) as pool:
        names = ("time_us", "seq", "event", "channel")
        arrays = [_spliced(pool, getattr(old, name), getattr(new, name), gone, at) for name in names]
    return Sorted(offsets, customer[counts > 0], *arrays)


def _keys(customer: I64) -> tuple[I64 | None, I64]:
    """Numbers close together that order rows as their customers do; and the customers by these, if they are others."""
    if len(customer) == 0 or int(customer.max()) - int(customer.min()) <= 4 * len(customer) + 1024:
        return None, customer
    numbers, place = np.unique(customer, return_inverse=True)
    return numbers, fixed(place, np.int64)


def _bucketed(
    pool: ThreadPoolExecutor, key: I64, time_us: I64, low: int, shift: int, buckets: int
) -> tuple[I64, _Copied]:
    """Where each bucket begins and ends; and the keys, times and row numbers of all rows, bucket after bucket."""
    parts = list(enumerate(_slices(len(key))))
    fills = np.zeros((len(parts), buckets), np.int64)

    def copied(to: _Copied) -> _Copied:
        def copy(part: tuple[int, slice]) -> None:
            number, some = part
            to_buckets(key[some], time_us[some], low, shift, some.start, fills[number], *to)

        _each(pool, copy, parts)
        return to

    copied((_NOTHING, _NOTHING, _NOTHING))
    ends = np.cumsum(fills.T.ravel()).reshape(buckets, len(parts))
    fills[:] = ends.T - fills
    return np.concatenate(([0], ends[:, -1])), copied((_room(key), _room(key), _room(key)))


def _sorted(pool: ThreadPoolExecutor, bounds: I64, shift: int, copied: _Copied, seq: I64) -> tuple[I64, I64, I64]:
    """Per key its number of events; the input rows in order, and their times."""
    keys = copied[0]
    counts, origin, time_us = np.zeros((len(bounds) - 1) << shift, np.int64), _room(keys), _room(keys)

    def sort(bucket: int) -> None:
        low = bucket << shift
        ends = int(bounds[bucket]), int(bounds[bucket + 1])
        sort_bucket(*ends, low, *copied, seq, counts[low : low + (1 << shift)], origin, time_us)

    _each(pool, sort, range(len(bounds) - 1))
    return counts, origin, time_us


def _taken(pool: ThreadPoolExecutor, rows: Rows, origin: I64) -> tuple[I64, U16, U8]:
    """Arrival, event and channel in the order of ``origin``."""
    seq, event, channel = _room(rows.seq), _room(rows.event), _room(rows.channel)

    def fill(some: slice) -> None:
        take(origin[some], rows.seq, rows.event, rows.channel, seq[some], event[some], channel[some])

    _each(pool, fill, _slices(len(origin)))
    return seq, event, channel


def _found(old: I64, new: I64) -> tuple[I64, NDArray[np.bool_]]:
    """Where each new number has its place among the old ones, and whether it is there already."""
    place = np.searchsorted(old, new)
    known = np.zeros(len(place), np.bool_)
    inside = place < len(old)
    known[inside] = old[place[inside]] == new[inside]
    return place, known


def _lost(old: Sorted, gone: I64) -> I64:
    """How many events each old customer loses."""
    owner = np.searchsorted(old.offsets, gone, "right") - 1
    return np.bincount(owner, minlength=len(old.customer))


def _spliced(pool: ThreadPoolExecutor, old: NDArray[T], new: NDArray[T], gone: I64, at: I64) -> NDArray[T]:
    """An array of the old rows without those gone, each new one before the old row ``at``; copied as bytes, by all."""
    out = np.empty(len(old) - len(gone) + len(new), old.dtype)
    width, last = old.itemsize, len(old)
    from_old, from_new, to = old.view(np.uint8), new.view(np.uint8), out.view(np.uint8)

    def copy(some: slice) -> None:
        # What comes before the very end belongs to the last part.
        lost = np.searchsorted(gone, (some.start, some.stop))
        come = np.searchsorted(at, (some.start, some.stop if some.stop < last else last + 1))
        begin = some.start - int(lost[0]) + int(come[0])
        splice(
            from_old[some.start * width : some.stop * width],
            from_new[int(come[0]) * width : int(come[1]) * width],
            width,
            gone[slice(*lost)] - some.start,
            at[slice(*come)] - some.start,
            to[begin * width :],
        )

    _each(pool, copy, _slices(last))
    return out


def _pool(threads: int | None, rows: int) -> ThreadPoolExecutor:
    """A core each, but one for what is done at once."""
    return ThreadPoolExecutor(threads or (os.cpu_count() or 1 if rows > ROWS_AT_ONCE else 1))


def _slices(count: int) -> Iterator[slice]:
    """At least one."""
    starts = range(0, max(count, 1), ROWS_AT_ONCE)
    return (slice(begin, min(begin + ROWS_AT_ONCE, count)) for begin in starts)


def _room(like: NDArray[T]) -> NDArray[T]:
    return np.empty(len(like), like.dtype)


def _each(pool: ThreadPoolExecutor, what: Callable[..., None], items: Iterable[object]) -> None:
    for _ in pool.map(what, items):
        pass
