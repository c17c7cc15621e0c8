"""Order lines brought together by order, on disk: the file may be larger than memory, its orders torn apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import DataError

_ROWS = 1 << 16
_MOST_LINES = 100_000
_IN_MEMORY = 192 << 20  # bytes of lines; what goes beyond lies on disk


class SortedLines:
    """Lines kept in memory, and on disk when there are many. Use as a context: its files are gone afterwards."""

    def __init__(self, scratch: Path | None = None, in_memory: int = _IN_MEMORY) -> None:
        self._scratch, self._in_memory = scratch, in_memory
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
        if self._bytes > self._in_memory:
            self._disk = self._disk or _Disk(self._scratch)
            self._disk.add(pa.concat_tables(self._held))
            self._held, self._bytes = [], 0

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
        if self._disk:
            if self._held:
                self._disk.add(pa.concat_tables(self._held))
                self._held = []
            yield from self._disk.sorted()
        elif self._bytes:
            lines = pa.concat_tables(self._held).combine_chunks()
            self._held = []
            codes = lines.column("order").combine_chunks().dictionary_encode().indices
            order = np.argsort(np.asarray(codes), kind="stable")
            yield from (lines.take(order[start : start + _ROWS]) for start in range(0, len(order), _ROWS))


class _Disk:
    """A temporary table."""

    def __init__(self, scratch: Path | None) -> None:
        self._folder = TemporaryDirectory(prefix="periplo-", dir=scratch)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": "384MB",
            "threads": 2,
            "temp_directory": self._folder.name,
        }
        self._base = duckdb.connect(str(Path(self._folder.name) / "lines.db"), config=settings)
        self._made = False

    def close(self) -> None:
        self._base.close()
        self._folder.cleanup()

    def add(self, lines: pa.Table) -> None:
        self._base.register("given", lines)
        self._base.execute("INSERT INTO lines FROM given" if self._made else "CREATE TABLE lines AS FROM given")
        self._base.unregister("given")
        self._made = True

    def sorted(self) -> Iterator[pa.Table]:
        found = self._base.sql('FROM lines ORDER BY "order", file, line')
        return (pa.Table.from_batches([batch]) for batch in found.to_arrow_reader(_ROWS))


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
