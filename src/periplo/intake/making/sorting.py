"""Order lines brought together by order, on disk: the file may be larger than memory, its orders torn apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import DataError
from periplo.vocabulary.vectors import encode

_ROWS = 1 << 16
_MOST_LINES = 100_000
_IN_MEMORY = 32 << 20  # bytes of lines; what goes beyond lies on disk
_FILES = 64
_DEEPEST = 5  # a hash of 32 bits tells no more files apart


class SortedLines:
    """Lines kept in memory, and on disk when there are many. Use as a context: its files are gone afterwards.

    ``depth``: these lines come from one of the files of so many others, one in another.
    """

    def __init__(self, scratch: Path | None = None, in_memory: int = _IN_MEMORY, depth: int = 0) -> None:
        self._scratch, self._in_memory, self._depth = scratch, in_memory, depth
        self._held: list[pa.Table] = []
        self._bytes = 0
        self._disk: _Disk | None = None

    def __enter__(self) -> SortedLines:
        return self

    def __exit__(self, *_: object) -> None:
        if self._disk:
            self._disk.close()

    def add(self, lines: pa.Table) -> None:
        """Keeps some lines; all calls give the same columns."""
        self._held.append(lines)
        self._bytes += lines.nbytes
        if self._bytes > self._in_memory and self._depth < _DEEPEST:
            self._disk = self._disk or _Disk(self._scratch, self._depth)
            self._disk.add(self._taken())

    def orders(self) -> Iterator[pa.Table]:
        """All lines by order, and as they came within an order; no order is split between two tables."""
        rest: pa.Table | None = None
        for part in self._sorted():
            lines = pa.concat_tables([rest, part]).combine_chunks() if rest else part
            cut = int(starts_of_orders(lines)[-1])
            if cut:
                yield lines.slice(0, cut)
            rest = lines.slice(cut)
            _check_length(rest)
        if rest:
            yield rest

    def _sorted(self) -> Iterator[pa.Table]:
        if not self._disk:
            yield from _by_order(self._taken()) if self._held else ()
            return
        if self._held:
            self._disk.add(self._taken())
        for file in self._disk.files():
            with SortedLines(self._scratch, self._in_memory, self._depth + 1) as lines:
                for some in file:
                    lines.add(some)
                yield from lines._sorted()

    def _taken(self) -> pa.Table:
        """What is held, which is held no longer: it may be large."""
        lines = pa.concat_tables(self._held)
        self._held, self._bytes = [], 0
        return lines


class _Disk:
    """Lines in temporary files, all lines of one order in the same file."""

    def __init__(self, scratch: Path | None, depth: int) -> None:
        self._folder = TemporaryDirectory(prefix="periplo-", dir=scratch)
        self._paths = [Path(self._folder.name) / f"{part}.arrow" for part in range(_FILES)]
        self._writers: list[pa.RecordBatchFileWriter] = []
        self._divisor = _FILES**depth

    def close(self) -> None:
        for writer in self._writers:
            writer.close()
        self._folder.cleanup()

    def add(self, lines: pa.Table) -> None:
        if not self._writers:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writers = [pa.ipc.new_file(path, lines.schema, options=options) for path in self._paths]
        codes, orders = encode(lines.column("order"))
        file = np.array([crc32(order.encode()) // self._divisor % _FILES for order in orders])[codes]
        lines = lines.combine_chunks().take(np.argsort(file, kind="stable"))
        ends = np.cumsum(np.bincount(file, minlength=_FILES))
        for writer, start, end in zip(self._writers, [0, *ends[:-1]], ends, strict=True):
            writer.write_table(lines.slice(start, end - start))

    def files(self) -> Iterator[Iterator[pa.Table]]:
        """Per file its lines, some at a time."""
        while self._writers:
            self._writers.pop().close()
        for path in self._paths:
            yield _read(path)
            path.unlink()


def _read(path: Path) -> Iterator[pa.Table]:
    with pa.OSFile(str(path)) as source:
        file = pa.ipc.open_file(source)
        for number in range(file.num_record_batches):
            yield pa.Table.from_batches([file.get_batch(number)])


def _by_order(lines: pa.Table) -> Iterator[pa.Table]:
    lines = lines.combine_chunks()
    order = np.argsort(encode(lines.column("order"))[0], kind="stable")
    return (lines.take(order[start : start + _ROWS]) for start in range(0, len(order), _ROWS))


def starts_of_orders(lines: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
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
