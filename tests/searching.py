"""Whether some text is anywhere in a folder: in the bytes of its files, or in what those bytes unpack to."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import zstandard
from pyarrow import parquet

ZSTD = b"\x28\xb5\x2f\xfd"


def found_in(folder: Path, texts: Collection[str]) -> dict[str, set[str]]:
    """Each of the texts that is somewhere (case does not count), and in which files."""
    needles = {text: text.encode().lower() for text in texts}
    found: dict[str, set[str]] = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        hay = [part.lower() for part in unpacked(file)]
        for text, needle in needles.items():
            if any(needle in part for part in hay):
                found.setdefault(text, set()).add(str(file.relative_to(folder)))
    return found


def unpacked(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and of all that is packed in it."""
    raw = file.read_bytes()
    yield raw
    yield from frames(raw)
    if raw[:4] == b"PAR1":
        yield from (cell for column in parquet.read_table(file, partitioning=None).columns for cell in cells(column))
    elif raw[:6] == b"ARROW1":
        yield from (cell for column in pa.ipc.open_file(file).read_all().columns for cell in cells(column))
    elif raw[:15] == b"SQLite format 3":
        yield from rows(file)


def frames(raw: bytes) -> Iterator[bytes]:
    """Every Zstandard frame, however much of it is left: pages of Parquet, blobs in a database, also in free pages."""
    at = raw.find(ZSTD)
    while at >= 0:
        unpack = zstandard.ZstdDecompressor().decompressobj()
        try:
            for begin in range(at, len(raw), 512):
                yield unpack.decompress(raw[begin : begin + 512])
                if unpack.eof:
                    break
        except zstandard.ZstdError:
            pass
        at = raw.find(ZSTD, at + 4)


def rows(file: Path) -> Iterator[bytes]:
    """All values of all tables of an SQLite database."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        for row in connection.execute(f'SELECT * FROM "{name}"'):
            for value in row:
                yield value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
                if isinstance(value, bytes) and value[:4] == b"\xff\xff\xff\xff":
                    table = pa.ipc.open_stream(value).read_all()
                    yield from (cell for column in table.columns for cell in cells(column))
    connection.close()


def cells(column: Any) -> Iterator[bytes]:
    return (str(value).encode("utf-8", "replace") for value in column.to_pylist() if value is not None)
