"""CSV and its relatives: blocks that are perfectly regular go through Arrow, all others row by row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from periplo.errors import UnreadableFile
from periplo.intake import notes, reasons
from periplo.intake.files.blocks import Block, Blocks
from periplo.intake.files.csv_layout import column_names, delimiter_of, repeated, says_separator
from periplo.intake.files.csv_records import FIELD_LIMIT, Feed, Record, records, text
from periplo.intake.files.opening import Bytes
from periplo.intake.model import Note, Reject, Rows, refuse


class CsvReader:
    """Rows of one text table, from front to end, once. All columns are text.

    Raises ``UnreadableFile`` where there is no header line.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.source = path, Bytes(path)
        self.blocks = Blocks(self.source)
        self._rest = iter(self.blocks)
        first = next(self._rest, Block(b"", 1, last=True))
        lines = [text(line) for line in first.lines()]
        self.delimiter = delimiter_of([line for line in lines[:60] if line])
        feed = Feed(first, self._rest)
        header = self._header(feed)
        self._first = feed.rest()
        self.columns, self._repeated = column_names(header.fields), repeated(header.fields)
        self.header = header.raw

    @property
    def done(self) -> int:
        return self.source.done

    def close(self) -> None:
        self.source.close()

    def notes(self) -> Iterator[Note]:
        """What there is to say about the file, complete once all rows were read."""
        yield from (notes.REPEATED(file=self.path.name, column=name) for name in self._repeated)
        if self.blocks.odd_lines:
            yield notes.ODD_LINES(file=self.path.name, lines=self.blocks.odd_lines)
        if self.source.damaged:
            yield notes.DAMAGED(file=self.path.name)

    def rows(self) -> Iterator[Rows]:
        for block in chain([self._first] if self._first.data else [], self._rest):
            yield self._regular(block) or self._careful(block)

    def _header(self, feed: Feed) -> Record:
        for record in records(feed, self.delimiter):
            if record.reason:
                raise UnreadableFile(
                    "{file} is not a text table: its first line cannot be the header.",
                    fix="Give a CSV, JSON lines or Parquet file.",
                    file=self.path.name,
                )
            if not says_separator(record.raw):
                return record
        raise empty(self.path, self.source)

    def _regular(self, block: Block) -> Rows | None:
        """The block by Arrow, where it can be sure that each line is one row with as many fields as the header."""
        data = block.data
        if block.endless or self._odd(block):
            return None
        try:
            table = csv.read_csv(pa.py_buffer(data), *self._options(len(data)))
        except pa.ArrowInvalid:
            return None
        n = data.count(b"\n") + (not data.endswith(b"\n"))
        if table.num_rows != n or _longest(table) > FIELD_LIMIT:
            return None
        batch = table.combine_chunks().to_batches()[0]
        split: list[bytes] = []

        def raw(row: int) -> str:
            split.extend(block.lines() if not split else ())
            return text(split[row])

        return Rows(self.path, batch, np.arange(block.line, block.line + n, dtype=np.int64), raw, self.header)

    def _options(self, size: int) -> tuple[csv.ReadOptions, csv.ParseOptions, csv.ConvertOptions]:
        return (
            csv.ReadOptions(use_threads=False, block_size=size + 1, column_names=self.columns),
            csv.ParseOptions(delimiter=self.delimiter),
            csv.ConvertOptions(column_types=dict.fromkeys(self.columns, pa.string()), check_utf8=False),
        )

    def _careful(self, block: Block) -> Rows:
        feed, width = Feed(block, self._rest), len(self.columns)
        good, rejects = list[Record](), list[Reject]()
        for record in records(feed, self.delimiter):
            fields = record.fields[:width] if not any(record.fields[width:]) else record.fields
            reason = record.reason
            if not record.ended and (reason or len(fields) < width or self.source.damaged):
                reason = reasons.CUT_OFF
            if not reason and len(fields) != width:
                kind = reasons.TOO_FEW if len(fields) < width else reasons.TOO_MANY
                reason = kind(found=len(fields), expected=width, delimiter=self.delimiter)
            if reason:
                rejects.append(refuse(self.path, record.line, "", reason, record.raw, self.header))
            else:
                good.append(Record(record.line, record.raw, fields))
        columns = list(zip(*(record.fields for record in good), strict=True)) or [()] * width
        batch = pa.record_batch([pa.array(column, pa.string()) for column in columns], list(self.columns))
        lines = np.array([record.line for record in good], np.int64)
        return Rows(self.path, batch, lines, lambda row: good[row].raw, self.header, rejects)

    def _odd(self, block: Block) -> bool:
        """Whether a block has anything that the two ways could take differently, or may end in the middle of a row."""
        data = block.data
        if b"\0" in data or b"\n\n" in data or b"\n\r\n" in data or data.count(b"\r") != data.count(b"\r\n"):
            return True
        line = data[data.rfind(b"\n", 0, -1) + 1 :]
        return line.count(b'"') % 2 == 1 or (self.source.damaged and not line.endswith(b"\n"))


def _longest(table: pa.Table) -> int:
    """The length of the longest value, in bytes."""
    return max((pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns), default=0)


def empty(path: Path, source: Bytes) -> UnreadableFile:
    """The error about a file with nothing in it."""
    if source.damaged:
        return UnreadableFile(
            "{file} is cut off or damaged: nothing in it can be unpacked.",
            fix="Export or download it again.",
            file=path.name,
        )
    return UnreadableFile("{file} is empty.", fix="Export it again, or leave it out.", file=path.name)
