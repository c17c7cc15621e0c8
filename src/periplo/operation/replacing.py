"""Files written in one step: readers see the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Where to write what takes the file's place when the block ends. When it fails, nothing is left of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{uuid4().hex}")
    try:
        yield fresh
        os.replace(fresh, file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def replace_file(file: Path, content: bytes) -> None:
    """Writes a file in one step. Raises ``OSError``, then nothing is left."""
    with replacing(file) as fresh:
        fresh.write_bytes(content)
