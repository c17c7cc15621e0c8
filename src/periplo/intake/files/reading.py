"""From a path to rows: which reader reads a file is told by its content, not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from periplo.errors import UnreadableFile
from periplo.intake.files.blocks import encoding_of
from periplo.intake.files.csv_reader import CsvReader, empty
from periplo.intake.files.finding import PARQUET_SUFFIXES, can_be_read
from periplo.intake.files.json_reader import JsonReader
from periplo.intake.files.opening import PARQUET, Bytes, foreign_kind
from periplo.intake.files.parquet_reader import ParquetReader
from periplo.intake.model import Note, Rows


class Reader(Protocol):
    """Rows of one file, from front to end, once."""

    path: Path
    columns: tuple[str, ...]

    @property
    def done(self) -> int:
        """Bytes on disk read so far."""

    def rows(self) -> Iterator[Rows]: ...

    def notes(self) -> Iterator[Note]: ...

    def close(self) -> None: ...


AnyReader = CsvReader | JsonReader | ParquetReader


def open_reader(path: Path) -> AnyReader:
    """The reader for this file. Raises ``UnreadableFile`` where the file is empty, damaged or of another kind."""
    source = Bytes(path)
    try:
        start = source.read()
        if start.startswith(PARQUET):
            return ParquetReader(path)
        if kind := foreign_kind(start):
            raise UnreadableFile(
                "{file} is a file of another kind ({kind}).",
                fix="Unpack it, or save it as CSV, and import that.",
                file=path.name,
                kind=kind,
            )
        if not start:
            raise empty(path, source)
    finally:
        source.close()
    if can_be_read(path, PARQUET_SUFFIXES):
        raise UnreadableFile(
            "{file} has the name of a Parquet file and is none.",
            fix="Export or download it again, or name it for what it is.",
            file=path.name,
        )
    encoding, begin = encoding_of(start)
    return JsonReader(path) if _is_json(begin.decode(encoding, "ignore").lstrip()) else CsvReader(path)


def _is_json(begin: str) -> bool:
    """Whether this is JSON, be it that the first line is damaged: then of the others at least as many are objects."""
    if begin.startswith(("{", "[")):
        return True
    lines = begin.splitlines()
    return 2 * sum(line.startswith("{") for line in lines) >= max(2, len(lines))
