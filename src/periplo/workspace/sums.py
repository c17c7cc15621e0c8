"""Checksums of files that are made again when they are not as they were written."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import IO
from zlib import crc32

import msgspec
import numpy as np
import pyarrow as pa

from periplo.operation import shelf
from periplo.operation.replacing import replacing

_AT_ONCE, _MOST_KNOWN, _SEAL = 1 << 20, 512, 8


class Written(msgspec.Struct, frozen=True):
    """The marks of a file when it was written."""

    changed_ns: int
    checksum: int

    @classmethod
    def of(cls, file: Path) -> Written:
        return cls(file.stat().st_mtime_ns, checksum(file))

    def holds(self, file: Path) -> bool:
        """Whether the file still is as it was: only one that was touched since is read for it."""
        return file.stat().st_mtime_ns == self.changed_ns or checksum(file) == self.checksum


def checksum(file: Path, after: int = 0) -> int:
    """CRC-32 of a file after so many bytes; it is read again only when it was changed. Raises ``OSError``."""
    found = file.stat()
    return _checksum(file, after, found.st_mtime_ns, found.st_size)


def seal(file: Path, fill: Callable[[pa.NativeFile], None]) -> None:
    """Writes a file in one step, as ``fill`` does, that ``opened`` can hold against its checksum. Raises ``OSError``,
    then nothing is left."""
    with replacing(file) as fresh:
        with fresh.open("wb") as sink:
            sink.write(bytes(_SEAL))
            fill(pa.PythonFile(_InParts(sink), "w"))
        found = checksum(fresh, _SEAL)
        with fresh.open("r+b") as sealing:
            sealing.write(found.to_bytes(_SEAL, "little"))


def opened(file: Path) -> pa.Buffer:
    """The content of a sealed file, memory-mapped. Raises ``ValueError`` where it is not as it was written,
    ``OSError`` where it is not."""
    whole = pa.py_buffer(shelf.opened(file, np.uint8))
    if whole.size < _SEAL or int.from_bytes(whole[:_SEAL], "little") != checksum(file, _SEAL):
        raise ValueError(file.name)
    return whole.slice(_SEAL)


class _InParts:
    """A file to which much is written a part at a time: of what is mapped, memory holds no more."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: bytes | pa.Buffer) -> None:
        whole = memoryview(content)
        for some in shelf.slices(len(whole), _AT_ONCE):
            self._file.write(whole[some])
            shelf.release(np.frombuffer(whole[some], np.uint8))

    def flush(self) -> None:
        self._file.flush()


@lru_cache(_MOST_KNOWN)
def _checksum(file: Path, after: int, changed_ns: int, size: int) -> int:
    found = 0
    with file.open("rb") as content:
        content.seek(after)
        while part := content.read(_AT_ONCE):
            found = crc32(part, found)
    return found
