"""Order lines brought together by order, on disk: the file may be larger than memory, its orders torn apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import DataError
from periplo.intake.model import I64
from periplo.operation.distributed import Distributed
from periplo.vocabulary.vectors import encode

_ROWS = 1 << 16
_MOST_LINES = 100_000
_IN_MEMORY = 32 << 20  # bytes of lines; what goes beyond lies on disk
_FILES = 64
_MOST_RANGES = 512
_PLACE, _FIRST = "place of line", "first place"
_DEEPEST = 5  # a hash of 32 bits tells no more files apart


class SortedLines:
    """Lines kept in memory, and on disk when there are many. Use as a context: its files are gone afterwards.

    ``depth``: these lines come from one of the files of so many others, one in another.
    """

    def __init__(self, scratch: Path | None = None, in_memory: int = _IN_MEMORY, depth: int = 0) -> None:
        self._scratch, self._in_memory, self._depth = scratch, in_memory, depth
        self._held: list[pa.Table] = []
        self._bytes = self._all_bytes = self._lines = 0
        self._disk: Distributed | None = None

    def __enter__(self) -> SortedLines:
        return self

    def __exit__(self, *_: object) -> None:
        if self._disk:
            self._disk.close()

    def add(self, lines: pa.Table) -> None:
        """Keeps some lines; all calls give the same columns."""
        if not self._depth:
            place = pa.array(np.arange(self._lines, self._lines + lines.num_rows))
            lines = lines.append_column(_PLACE, place)
        self._held.append(lines)
        self._lines += lines.num_rows
        self._bytes += lines.nbytes
        self._all_bytes += lines.nbytes
        if self._bytes > self._in_memory and self._depth < _DEEPEST:
            self._disk = self._disk or Distributed(self._scratch, _FILES)
            self._disk.add(*self._divided(self._taken()))

    def orders(self) -> Iterator[pa.Table]:
        """All lines by order, as they came: orders by their first line. No order is split between two tables."""
        for lines in _whole(self._in_order_of_lines() if self._disk else self._grouped()):
            yield lines.drop_columns([_PLACE])

    def _in_order_of_lines(self) -> Iterator[pa.Table]:
        """What was grouped file by file, distributed once more by the place of each order's first line."""
        ranges = min(_MOST_RANGES, 4 * self._all_bytes // self._in_memory + 1)  # a range is copied a few times
        with closing(Distributed(self._scratch, ranges)) as disk:
            for lines in _whole(self._grouped()):
                first = _first_places(lines)
                disk.add(lines.append_column(_FIRST, pa.array(first)), first * ranges // self._lines)
            for file in disk.files():
                found = [*file]
                if found:
                    lines = pa.concat_tables(found)
                    yield from _taken_by(lines.drop_columns([_FIRST]), np.asarray(lines.column(_FIRST)))

    def _grouped(self) -> Iterator[pa.Table]:
        """Lines of one order together, the orders in any order."""
        if not self._disk:
            yield from _by_order(self._taken()) if self._held else ()
            return
        if self._held:
            self._disk.add(*self._divided(self._taken()))
        for file in self._disk.files():
            with SortedLines(self._scratch, self._in_memory, self._depth + 1) as lines:
                for some in file:
                    lines.add(some)
                yield from lines._grouped()

    def _divided(self, lines: pa.Table) -> tuple[pa.Table, I64]:
        """The lines, and for each its file: the same for all lines of one order."""
        codes, orders = encode(lines.column("order"))
        return lines, np.array([crc32(order.encode()) // _FILES**self._depth % _FILES for order in orders])[codes]

    def _taken(self) -> pa.Table:
        """What is held, which is held no longer: it may be large."""
        lines = pa.concat_tables(self._held)
        self._held, self._bytes = [], 0
        return lines


def _by_order(lines: pa.Table) -> Iterator[pa.Table]:
    """Lines of one order together, the orders by their first line."""
    return _taken_by(lines, encode(lines.column("order"))[0])


def _taken_by(lines: pa.Table, key: I64) -> Iterator[pa.Table]:
    lines, order = lines.combine_chunks(), np.argsort(key, kind="stable")
    return (lines.take(order[start : start + _ROWS]) for start in range(0, len(order), _ROWS))


def _whole(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same lines in tables that split no order."""
    rest: pa.Table | None = None
    for part in parts:
        lines = pa.concat_tables([rest, part]).combine_chunks() if rest else part
        cut = int(starts_of_orders(lines)[-1])
        if cut:
            yield lines.slice(0, cut)
        rest = lines.slice(cut)
        _check_length(rest)
    if rest:
        yield rest


def _first_places(lines: pa.Table) -> I64:
    """int64[m] per line the place of the first line of its order."""
    starts = starts_of_orders(lines)
    places: I64 = np.asarray(lines.column(_PLACE))
    return np.repeat(np.minimum.reduceat(places, starts), np.diff(np.append(starts, lines.num_rows)))


def starts_of_orders(lines: pa.Table) -> I64:
    """int64[k] the first line of each order, in lines sorted by order."""
    order = lines.column("order").combine_chunks()
    changes = pc.not_equal(order.slice(1), order.slice(0, len(order) - 1))
    return np.concatenate(([0], np.flatnonzero(changes.to_numpy(zero_copy_only=False)) + 1)).astype(np.int64)


def _check_length(order: pa.Table) -> None:
    if order.num_rows > _MOST_LINES:
        raise DataError(
            "The order “{order}” has more than {most} lines.",
            why="So many lines do not belong to one order.",
            fix="Look whether the mapping names the right column as the order number.",
            order=order.column("order")[0].as_py(),
            most=_MOST_LINES,
        )
