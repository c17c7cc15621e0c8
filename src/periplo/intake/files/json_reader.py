"""JSON lines, and small files that are one JSON array or object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from periplo.errors import UnreadableFile
from periplo.intake import notes, reasons
from periplo.intake.files.blocks import Block, Blocks
from periplo.intake.files.csv_reader import empty
from periplo.intake.files.csv_records import FIELD_LIMIT, text
from periplo.intake.files.opening import Bytes
from periplo.intake.model import Note, Reason, Reject, Rows, refuse

LARGEST_DOCUMENT = 64 << 20
_SAMPLE = 1000
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Documents:
    """Some objects of a file as raw JSON, with their 1-based lines. ``torn``: the last one's line has no end."""

    raws: list[bytes]
    lines: list[int]
    rejects: list[Reject]
    torn: bool = False


class JsonReader:
    """Objects of one file, from front to end, once; ``rows`` gives them as flat text columns (``customer.email``).

    Raises ``UnreadableFile`` where the file is empty, or one damaged or too large JSON document.
    """

    header = ""

    def __init__(self, path: Path) -> None:
        self.path, self.source = path, Bytes(path)
        self.blocks = Blocks(self.source)
        rest = iter(self.blocks)
        first = next(rest, Block(b"", 1, last=True))
        if not first.data.strip():
            raise empty(path, self.source)
        documents = self._whole(first, rest) if _is_document(first) else map(self._by_line, chain([first], rest))
        begin = next(documents)
        self._documents = chain([begin], documents)
        sample = (item for item, reason in map(_read, begin.raws[:_SAMPLE]) if not reason)
        self.columns = tuple(dict.fromkeys(name for item in sample for name in flatten(item)))

    @property
    def done(self) -> int:
        return self.source.done

    def close(self) -> None:
        self.source.close()

    def notes(self) -> Iterator[Note]:
        """What there is to say about the file, complete once all rows were read."""
        if self.source.damaged:
            yield notes.DAMAGED(file=self.path.name)

    def documents(self) -> Iterator[Documents]:
        """The objects as they are; whether each is really JSON, the reader of them finds out."""
        return self._documents

    def rows(self) -> Iterator[Rows]:
        for docs in self._documents:
            yield self._rows(docs)

    def _rows(self, docs: Documents) -> Rows:
        flat, lines, raws, rejects = list[dict[str, str | None]](), list[int](), list[bytes](), list(docs.rejects)
        for raw, line in zip(docs.raws, docs.lines, strict=True):
            item, reason = _read(raw)
            if reason:
                torn = docs.torn and raw is docs.raws[-1]
                rejects.append(refuse(self.path, line, "", reasons.CUT_OFF if torn else reason, text(raw)))
                continue
            flat.append(flatten(item))
            lines.append(line)
            raws.append(raw)
        names = dict.fromkeys(chain(self.columns, *flat))
        columns = [pa.array([row.get(name) for row in flat], pa.string()) for name in names]
        batch = pa.record_batch(columns, list(names))
        return Rows(self.path, batch, np.array(lines, np.int64), lambda row: text(raws[row]), "", rejects)

    def _by_line(self, block: Block) -> Documents:
        docs = Documents([], [], [], block.last and not block.data.endswith(b"\n"))
        for line, raw in enumerate(block.lines(), block.line):
            if block.endless or len(raw) > FIELD_LIMIT:
                size = reasons.TOO_LARGE(megabytes=f"{len(raw) / FIELD_LIMIT:.1f}")
                docs.rejects.append(refuse(self.path, line, "", reasons.ENDLESS if block.endless else size, text(raw)))
            elif raw.strip():
                docs.raws.append(raw)
                docs.lines.append(line)
        return docs

    def _whole(self, first: Block, rest: Iterator[Block]) -> Iterator[Documents]:
        data = bytearray(first.data)
        for block in rest:
            data += block.data
            if len(data) > LARGEST_DOCUMENT:
                raise UnreadableFile(
                    "{file} is one JSON document of more than 64 MB.",
                    why="It would have to be held in memory whole.",
                    fix="Write it as JSON lines, one object per line: jq -c '.[]' {file} > rows.jsonl",
                    file=self.path.name,
                )
        try:
            objects = objects_in(_decode(data))
        except msgspec.DecodeError as error:
            raise UnreadableFile(
                "{file} cannot be read as JSON: it is cut off or damaged.",
                why="{problem}.",
                fix="Export it again, best as JSON lines: of those, whatever is whole can be read.",
                file=self.path.name,
                problem=str(error),
            ) from error
        yield Documents([msgspec.json.encode(item) for item in objects], list(range(1, len(objects) + 1)), [])


def _read(raw: bytes) -> tuple[Any, Reason | None]:
    """The object in a line, or the reason why there is none."""
    try:
        item = _decode(raw)
    except msgspec.DecodeError as error:
        return None, reasons.ZERO_BYTES if b"\0" in raw else reasons.NOT_JSON(problem=str(error))
    return (item, None) if isinstance(item, dict) else (None, reasons.NOT_AN_OBJECT)


def _is_document(first: Block) -> bool:
    """Whether the file is one document: an array, or an object that goes on over several lines."""
    begin = first.data.lstrip()
    if begin.startswith(b"["):
        return True
    line = begin.split(b"\n", 1)[0].strip()
    return line == b"{" or (first.last and b"\n" not in begin.strip() and _only_lists(line))


def _only_lists(line: bytes) -> bool:
    """Whether a single line is an envelope such as ``{"batch": […]}``."""
    item, reason = _read(line)
    return reason is None and any(_is_rows(value) for value in item.values())


def objects_in(document: Any) -> Sequence[Any]:
    """The rows of a document: the array itself, the one list of objects in it, or the document as one row."""
    if isinstance(document, list):
        return document
    lists = [value for value in document.values() if _is_rows(value)] if isinstance(document, dict) else []
    return lists[0] if len(lists) == 1 else [document]


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def flatten(item: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """An object as flat text values: ``{"a": {"b": 1}}`` -> ``{"a.b": "1"}``; lists stay JSON, nulls stay null."""
    flat: dict[str, str | None] = {}
    for key, value in item.items():
        if value is None or isinstance(value, str):
            flat[prefix + key] = value
        elif isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = msgspec.json.encode(value).decode()
    return flat
