"""Measures how far a reading is."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from periplo.intake.files.reading import Reader
from periplo.intake.model import Progress


class Meter:
    """Counts bytes and rows over several files, and tells ``report``."""

    def __init__(self, bytes_total: int, report: Callable[[Progress], None] | None) -> None:
        self._total, self._report = bytes_total, report
        self._begun, self._finished, self._rows = monotonic(), 0, 0
        self._reader: Reader | None = None

    def begin(self, reader: Reader) -> None:
        self._reader = reader

    def end(self, size: int) -> None:
        """The file of ``size`` bytes is read."""
        self._finished += size
        self._reader = None

    def step(self, rows: int) -> None:
        """Some more rows are read."""
        self._rows += rows
        if self._report:
            done = min(self._total, self._finished + (self._reader.done if self._reader else 0))
            self._report(Progress(done, self._total, self._rows, monotonic() - self._begun))
