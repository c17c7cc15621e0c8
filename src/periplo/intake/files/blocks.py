"""A text file as blocks of whole lines in valid UTF-8, whatever its encoding; memory does not grow with the file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from periplo.intake.files.opening import Bytes

BLOCK = 4 << 20
LONGEST_LINE = 64 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines with ``\\n`` or ``\\r\\n`` at their ends; only the last line of a file may lack its end.

    ``line`` is the 1-based number of the first line. ``endless``: one line longer than 64 MB, of which only the
    beginning is here.
    """

    data: bytes
    line: int
    last: bool = False
    endless: bool = False

    def lines(self) -> list[bytes]:
        """The lines with their ends."""
        return self.data.splitlines(keepends=True) if b"\r" not in self.data else _split(self.data)


class Blocks:
    """Reads a file once. ``odd_lines`` counts lines that were not UTF-8 and were read as Windows-1252."""

    def __init__(self, source: Bytes) -> None:
        self.source, self.odd_lines = source, 0
        self.encoding, self._first = encoding_of(_at_least(source, 4096))

    def starts_with(self, some: bytes) -> bool:
        return self._first.startswith(some)

    def __iter__(self) -> Iterator[Block]:
        line = 1
        ready: Block | None = None
        for data, endless in self._whole_lines():
            if ready:
                yield ready
            ready = Block(self._utf8(data), line, endless=endless)
            line += data.count(b"\n")
        if ready:
            yield Block(ready.data, ready.line, True, ready.endless)

    def _whole_lines(self) -> Iterator[tuple[bytes, bool]]:
        """Blocks cut after a line's end, and whether the block is the beginning of an endless line."""
        rest, cut, skipping = bytearray(), 0, False
        for data in self._newlines(self._decoded()):
            if skipping:  # what follows the beginning of an endless line, until its end
                _, end, data = data.partition(b"\n")
                skipping = not end
            cut = len(rest) + data.rfind(b"\n") + 1 if b"\n" in data else cut
            rest += data
            if cut and len(rest) >= BLOCK:
                yield bytes(rest[:cut]), False
                del rest[:cut]
                cut = 0
            elif not cut and len(rest) > LONGEST_LINE:
                yield bytes(rest[:LONGEST_LINE]) + b"\n", True
                rest.clear()
                skipping = True
        if rest:
            yield bytes(rest), False

    def _newlines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Lone ``\\r`` as the end of lines (old Macs) becomes ``\\n``, where the file begins that way."""
        old_mac: bool | None = None
        for chunk in chunks:
            if old_mac is None:
                old_mac = b"\r" in chunk[:-1] and b"\n" not in chunk
            yield chunk.replace(b"\r", b"\n") if old_mac else chunk

    def _decoded(self) -> Iterator[bytes]:
        chunks = self._chunks()
        if self.encoding == "utf-8":
            yield from chunks
            return
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        yield from (decoder.decode(chunk).encode("utf-8", "replace") for chunk in chunks)

    def _chunks(self) -> Iterator[bytes]:
        yield self._first
        while chunk := self.source.read():
            yield chunk

    def _utf8(self, data: bytes) -> bytes:
        """Line by line where the block is not all UTF-8: a file may mix encodings."""
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return b"".join(map(self._line_in_utf8, _split(data)))
        return data

    def _line_in_utf8(self, line: bytes) -> bytes:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            self.odd_lines += 1
            return western(line).encode("utf-8")
        return line


def western(data: bytes) -> str:
    """Windows-1252, with the five bytes it leaves open read as Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)


def _split(data: bytes) -> list[bytes]:
    """Lines with their ends, cut at ``\\n`` only."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _at_least(source: Bytes, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := source.read()):
        data += more
    return data


def encoding_of(start: bytes) -> tuple[str, bytes]:
    """The encoding by BOM, or UTF-16 without one by its zero bytes; and the bytes after the BOM."""
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name, start[len(bom) :]
    head = start[:4096]
    if len(head) >= 8 and head[1::2].count(0) > len(head) * 0.4 and not head[::2].count(0):
        return "utf-16-le", start
    if len(head) >= 8 and head[::2].count(0) > len(head) * 0.4 and not head[1::2].count(0):
        return "utf-16-be", start
    return "utf-8", start
