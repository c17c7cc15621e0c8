"""All that a file says, whatever it is packed or written in, to look for a word in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from periplo.errors import UnreadableFile
from periplo.intake.files.blocks import Blocks
from periplo.intake.files.opening import PARQUET, Bytes
from periplo.intake.files.parquet_reader import ParquetReader, to_json


def texts_in(path: Path) -> Iterator[str]:
    """The texts of a file, some rows at a time. Of one that is damaged, or of a kind that we do not read, as much as
    can be made of it."""
    with suppress(UnreadableFile):
        source = Bytes(path)
        try:
            blocks = Blocks(source)
            is_table = blocks.starts_with(PARQUET)
            if not is_table:
                yield from (block.data.decode("utf-8", "replace") for block in blocks)
        finally:
            source.close()
        if is_table:
            yield from _cells(path)


def _cells(path: Path) -> Iterator[str]:
    reader = ParquetReader(path)
    try:
        yield from (to_json(batch.to_pylist()).decode() for batch in reader.batches())
    finally:
        reader.close()
