"""Bytes of a file, unpacked where it is packed, with how far we are and whether it ended too early."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard

from periplo.errors import UnreadableFile

GZIP, ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_FOREIGN = {
    b"PK\x03\x04": "ZIP or Excel",
    b"\xd0\xcf\x11\xe0": "Excel",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"%PDF": "PDF",
    b"SQLite": "SQLite",
}
_CHUNK = 1 << 16  # of packed bytes: what they unpack to stays small


class Bytes:
    """The unpacked bytes of a file, read once from front to end.

    ``done`` counts bytes on disk already read; ``damaged`` is true once the packed data ended early or broke, after
    everything readable was handed out.
    """

    def __init__(self, path: Path) -> None:
        self.done, self.damaged = 0, False
        self._file = open_file(path)
        first = self._file.read(8)
        self._file.seek(0)
        self._unpacker = _unpacker_of(first)
        self._open: Any = self._unpacker and self._unpacker()

    def read(self) -> bytes:
        """The next bytes; empty only at the end."""
        while packed := b"" if self.damaged else self._file.read(_CHUNK):
            self.done += len(packed)
            if data := self._unpack(packed):
                return data
        # A stream in the middle of which the file ends was cut off.
        self.damaged = self.damaged or bool(self._open and not self._open.eof)
        return b""

    def close(self) -> None:
        self._file.close()

    def _unpack(self, packed: bytes) -> bytes:
        if not self._unpacker:
            return packed
        parts = []
        try:
            while packed:
                if self._open.eof:
                    self._open = self._unpacker()
                parts.append(self._open.decompress(packed))
                packed = self._open.unused_data.lstrip(b"\0")  # some tools pad with zeros
        except (zlib.error, zstandard.ZstdError):
            self.damaged = True
        return b"".join(parts)


def open_file(path: Path) -> Any:
    """The file, opened for reading bytes."""
    try:
        return path.open("rb")
    except OSError as error:
        raise UnreadableFile(
            "{file} cannot be opened.",
            why="The system says: {problem}.",
            fix="Check the name and that you may read it.",
            file=path.name,
            problem=error.strerror or str(error),
        ) from error


def _unpacker_of(first: bytes) -> Callable[[], Any] | None:
    if first.startswith(GZIP):
        return lambda: zlib.decompressobj(31)
    if first.startswith(ZSTD):
        # Files packed with --long need a larger window than the default of 128 MB.
        return lambda: zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
    return None


def foreign_kind(first: bytes) -> str:
    """The name of a kind of file that we do not read, by its first bytes; empty for all others."""
    return next((kind for magic, kind in _FOREIGN.items() if first.startswith(magic)), "")
