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


class SortedLines:
    """A temporary table of lines. Use as a context: its files are gone afterwards."""

    def __init__(self, scratch: Path | None = None, memory: str = "384MB") -> None:
        self._folder = TemporaryDirectory(prefix="periplo-", dir=scratch)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": 2,
            "temp_directory": self._folder.name,
        }
        self._base = duckdb.connect(str(Path(self._folder.name) / "lines.db"), config=settings)
        self._made = False

    def __enter__(self) -> SortedLines:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
        self._folder.cleanup()

    def add(self, lines: pa.Table) -> None:
        """Keeps some lines; all calls give the same columns."""
        self._base.register("given", lines)
        self._base.execute("INSERT INTO lines FROM given" if self._made else "CREATE TABLE lines AS FROM given")
        self._base.unregister("given")
        self._made = True

    def orders(self) -> Iterator[pa.Table]:
        """All lines by order, and as they came within an order; no order is split between two tables."""
        if not self._made:
            return
        sorted_lines = self._base.sql('FROM lines ORDER BY "order", file, line')
        rest: pa.Table | None = None
        for batch in sorted_lines.to_arrow_reader(_ROWS):
            part = pa.Table.from_batches([batch])
            lines = pa.concat_tables([rest, part]).combine_chunks() if rest else part
            cut = int(starts_of_orders(lines)[-1])
            if cut:
                yield lines.slice(0, cut)
            rest = lines.slice(cut)
            _check_length(rest)
        if rest:
            yield rest


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
