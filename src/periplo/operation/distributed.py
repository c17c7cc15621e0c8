"""Rows distributed to temporary files: what belongs together comes together, and memory holds one file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Distributed:
    """So many files in a folder of their own under ``scratch``, which goes with ``close``.

    ``rows`` int64[files], how many each has.
    """

    def __init__(self, scratch: Path | None, files: int, compression: Literal["lz4"] | None = "lz4") -> None:
        """``compression``: pays for texts, hardly for numbers."""
        self._folder = TemporaryDirectory(prefix="periplo-", dir=scratch)
        self._paths = [Path(self._folder.name) / f"{part}.arrow" for part in range(files)]
        self._options = pa.ipc.IpcWriteOptions(compression=compression)
        self._writers: list[pa.RecordBatchFileWriter] = []
        self.rows = np.zeros(files, np.int64)

    def close(self) -> None:
        for writer in self._writers:
            writer.close()
        self._folder.cleanup()

    def add(self, rows: pa.Table, file: NDArray[np.int64]) -> None:
        """Each row to its file, a number below the number of files."""
        if not self._writers:
            self._writers = [pa.ipc.new_file(path, rows.schema, options=self._options) for path in self._paths]
        here = np.bincount(file, minlength=len(self._paths))
        self.rows += here
        # Numbers as small as these are sorted by counting.
        rows = rows.combine_chunks().take(np.argsort(file.astype(np.uint16), kind="stable"))
        ends = np.cumsum(here)
        for writer, start, end in zip(self._writers, [0, *ends[:-1]], ends, strict=True):
            if end > start:
                writer.write_table(rows.slice(start, end - start))

    def files(self) -> Iterator[Iterator[pa.Table]]:
        """Per file its rows, some at a time."""
        while self._writers:
            self._writers.pop().close()
        for path in self._paths:
            yield _read(path) if path.exists() else iter(())
            path.unlink(missing_ok=True)


def _read(path: Path) -> Iterator[pa.Table]:
    with pa.OSFile(str(path)) as source:
        file = pa.ipc.open_file(source)
        for number in range(file.num_record_batches):
            yield pa.Table.from_batches([file.get_batch(number)])
