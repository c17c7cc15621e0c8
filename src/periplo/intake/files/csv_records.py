"""Rows of a text table read one by one: the careful way, for blocks that are not perfectly regular."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from periplo.intake import reasons
from periplo.intake.files.blocks import LONGEST_LINE, Block
from periplo.intake.model import Reason

FIELD_LIMIT = 1 << 20
"""A value longer than this is refused (characters)."""


class Feed:
    """Lines of a block, and of the blocks after it where a row goes on there. ``number`` is that of the next line."""

    def __init__(self, block: Block, more: Iterator[Block]) -> None:
        self._lines, self._more = deque(block.lines()), more
        self.number, self.last, self.endless = block.line, block.last, block.endless

    def __bool__(self) -> bool:
        return bool(self._lines)

    def take(self) -> bytes | None:
        """The next line with its end; None after the last line of the file."""
        if not self._lines and not self.last and (block := next(self._more, None)):
            self._lines.extend(block.lines())
            self.last, self.endless = block.last, block.endless
        if not self._lines:
            return None
        self.number += 1
        return self._lines.popleft()

    def rest(self) -> Block:
        """What is left of the block that was begun."""
        return Block(b"".join(self._lines), self.number, self.last, self.endless)

    def give_back(self, lines: list[bytes]) -> None:
        self._lines.extendleft(reversed(lines))
        self.number -= len(lines)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its fields, what is wrong with them, and whether its line has an end."""

    line: int
    raw: str
    fields: list[str]
    reason: Reason | None = None
    ended: bool = True


@contextmanager
def wide_fields() -> Iterator[None]:
    """The csv module's limit for the length of a field is of the whole process: raise it only while reading."""
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def records(feed: Feed, delimiter: str) -> Iterator[Record]:
    """The rows of a block; rows without anything in them are passed over."""
    with wide_fields():
        while feed:
            record = _record(feed, delimiter)
            if record.fields or record.reason:
                yield record


def _record(feed: Feed, delimiter: str) -> Record:
    line, taken = feed.number, list[bytes]()
    if feed.endless:
        return Record(line, text(feed.take() or b""), [], reasons.ENDLESS)
    reason = None
    try:
        fields = next(csv.reader(_texts(feed, taken), delimiter=delimiter, strict=True), [])
    except csv.Error:
        feed.give_back(taken[1:])
        fields = _lenient(text(taken[0]), delimiter)
        reason = reasons.OPEN_QUOTE if len(taken) > 1 or taken[0].count(b'"') % 2 else None
        del taken[1:]
    raw = b"".join(taken)
    if b"\0" in raw:
        reason = reasons.ZERO_BYTES
    elif max(map(len, fields), default=0) > FIELD_LIMIT:
        reason = reasons.TOO_LARGE(megabytes=f"{len(raw) / FIELD_LIMIT:.1f}")
    return Record(line, text(raw), fields, reason, raw.endswith(b"\n"))


def _texts(feed: Feed, taken: list[bytes]) -> Iterator[str]:
    """Lines for one row; ``taken`` keeps what was used. Gives up where a quote stays open for too long."""
    size = 0
    while size <= LONGEST_LINE and (line := feed.take()) is not None:
        taken.append(line)
        size += len(line)
        yield line.decode("utf-8")


def _lenient(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.strip("\r\n").replace("\r", " ")], delimiter=delimiter), [])


def text(raw: bytes) -> str:
    """A raw row as text, without the end of its line."""
    return raw.decode("utf-8").rstrip("\r\n")
