"""Writes small files and reads them the way an import does."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake_reading import Reader, Writer, read_all


@pytest.fixture
def read() -> Reader:
    return read_all


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file
