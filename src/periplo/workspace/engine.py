"""DuckDB as we use it: bounded memory, spilling to the shop's own disk, nothing downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from periplo.operation.disk import dispensable

if TYPE_CHECKING:
    import duckdb

MEMORY, THREADS = "256MB", 2
"""Each thread wants a share of the memory: with sixteen, five million new people are too many for it."""


@contextmanager
def engine(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory that spills into a folder of its own under ``spill``, removed afterwards."""
    import duckdb  # loaded when it is needed: most questions do without

    with dispensable("What does not fit in memory"):
        spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": str(spill / f"spill-{uuid4().hex}"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    quiet(connection)
    try:
        yield connection
    finally:
        connection.close()


def quiet(connection: duckdb.DuckDBPyConnection) -> None:
    """A query of some seconds must not draw its progress on stdout, amid the JSON of a command."""
    connection.execute("set enable_progress_bar = false")
