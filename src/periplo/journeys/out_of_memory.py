"""Building journeys out of memory: rows are distributed to files by their customers, then sorted file by file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from periplo.journeys.build import build
from periplo.journeys.columns import I64
from periplo.journeys.rows import Rows, Sorted
from periplo.operation.ahead import ahead
from periplo.operation.distributed import Distributed
from periplo.operation.shelf import Shelf, passed, spared_memory

ROWS_AT_ONCE, MOST_FILES = 1 << 17, 256
DISTRIBUTED_AT_ONCE, SPARED_AT_ONCE = 1 << 19, 1 << 18
"""So many rows go to the files at once; where memory is spared, fewer, which takes a fifth longer."""

_FIELDS = Rows.__dataclass_fields__
_KINDS = (np.int64, np.int64, np.int64, np.int64, np.uint16, np.uint8)


def build_out_of_memory(parts: Iterable[Rows], customers: int, events: int, scratch: Path | None = None) -> Sorted:
    """All rows sorted into journeys, in files without a name that lie under ``scratch``, mapped.

    ``customers``: one more than the largest number of a customer; ``events``: about how many rows there will be.
    Raises ``OSError`` where they cannot be written.
    """
    pieces = ahead(partial(_built, threads=1), _some_customers(parts, (0, customers), events, scratch))
    return Sorted(*Shelf(scratch).join(_joined(pieces), *_KINDS))


def _some_customers(
    parts: Iterable[Rows], numbers: tuple[int, int], events: int, scratch: Path | None
) -> Iterator[Rows]:
    """The rows again, some customers at a time, in the order of their numbers, which lie from one to below another."""
    low, high = numbers
    files = max(1, min(-(-events // ROWS_AT_ONCE), MOST_FILES, high - low))
    with closing(Distributed(scratch, files, compression=None)) as disk:
        for rows in _many_at_once(parts):
            disk.add(_table(rows), (rows.customer - low) * files // (high - low))
            del rows  # before more are gathered
        for number, file in enumerate(disk.files()):
            own, count = (_first(number, files, numbers), _first(number + 1, files, numbers)), int(disk.rows[number])
            if count > 2 * ROWS_AT_ONCE and own[1] - own[0] > 1:
                yield from _some_customers(map(_rows, file), own, count, scratch)
            elif count:
                yield _rows(pa.concat_tables(file))


def _many_at_once(parts: Iterable[Rows]) -> Iterator[Rows]:
    """The parts, put together to some that are large enough: each goes to many files."""
    waiting: list[Rows] = []
    enough = SPARED_AT_ONCE if spared_memory() else DISTRIBUTED_AT_ONCE
    for rows in parts:
        waiting.append(rows)
        if sum(map(len, waiting)) >= enough:
            yield Rows.together(_taken(waiting))
    if waiting:
        yield Rows.together(_taken(waiting))


def _taken(waiting: list[Rows]) -> Iterator[Rows]:
    """All that wait, and then wait no more."""
    while waiting:
        yield waiting.pop(0)


def _first(file: int, files: int, numbers: tuple[int, int]) -> int:
    """The smallest of the numbers that belongs to a file."""
    low, high = numbers
    return low - (-file * (high - low) // files)


def _built(rows: Rows, threads: int) -> Sorted:
    return build(rows, threads)[0]


def _joined(pieces: Iterable[Sorted]) -> Iterator[tuple[NDArray[Any], ...]]:
    """The arrays of journeys, piece by piece, their offsets as those of the whole."""
    yield tuple(np.zeros(first, kind) for first, kind in zip((1, 0, 0, 0, 0, 0), _KINDS, strict=True))
    events = 0
    for piece in pieces:
        yield piece.offsets[1:] + events, *(getattr(piece, name) for name in _FIELDS)
        events += len(piece.time_us)


def _table(rows: Rows) -> pa.Table:
    return pa.table({name: getattr(rows, name) for name in _FIELDS})


def _rows(table: pa.Table) -> Rows:
    return Rows(*(column.to_numpy() for column in table.columns))


def pieces_of(journeys: Sorted, gone: I64) -> Iterator[Rows]:
    """The rows of journeys without those ``gone`` (ascending), some at a time."""
    arrays = [getattr(journeys, name) for name in Sorted.__dataclass_fields__]
    for some in passed(len(journeys.time_us), *arrays, at_once=ROWS_AT_ONCE):
        ends = some.start, some.stop
        rows = np.setdiff1d(np.arange(*ends), gone[slice(*np.searchsorted(gone, ends))])
        owners = np.searchsorted(journeys.offsets, rows, "right") - 1
        yield journeys.moved(rows, journeys.customer[owners])
