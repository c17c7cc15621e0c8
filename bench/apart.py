"""A peer in a process of its own: what it does beside its answers, and the memory it takes, is not ours to bear."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

Rows = list[tuple[Any, ...]]
THREADS = os.cpu_count() or 1


class Timed(NamedTuple):
    """An answer, and the seconds its process took for it: carrying it over here does not count."""

    answer: Any
    seconds: float


class Database(Protocol):
    def query(self, sql: str) -> pa.Table:
        """The rows of a query, as a table."""


class Apart:
    """A database, made by ``make`` in its own process, that is asked in SQL, until the ``with`` block ends."""

    def __init__(self, make: Callable[[], Database]) -> None:
        context = get_context("spawn")
        self._line, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, other), daemon=True)
        self._process.start()
        other.close()

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()
        self._process.join()

    def timed(self, sql: str) -> Timed:
        """The rows of a query, with its seconds. Raises ``RuntimeError`` for what the database says is wrong."""
        self._line.send(sql)
        try:
            answer, seconds = self._line.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(f"the peer's process ended by {self._process.exitcode}") from None
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return Timed(answer, seconds)

    def ask(self, sql: str) -> Rows:
        """The rows of a query."""
        rows: Rows = self.timed(sql).answer
        return rows


def _serve(make: Callable[[], Database], line: Connection) -> None:
    database = make()
    with suppress(EOFError):  # nobody asks any more
        while True:
            line.send(_answered(database, line.recv()))


def _answered(database: Database, sql: str) -> tuple[Rows | str, float]:
    begun = perf_counter()
    try:
        table = database.query(sql)
    except Exception as error:  # whatever the peer raises is told where it was asked
        return str(error), 0.0
    seconds = perf_counter() - begun
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)), seconds
