"""One writer at a time: imports and archiving wait for each other, also across processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from periplo.errors import ShopBusy
from periplo.log import Database
from periplo.operation.disk import written


class Lock:
    """A lock that its process cannot leave behind: an open transaction of an empty SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def hold(self, wait_s: float) -> Iterator[None]:
        """Waits at most ``wait_s`` seconds for its turn. Raises ``ShopBusy``."""
        with written(self._file.parent.name):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=wait_s, isolation_level=None, check_same_thread=False)
        try:
            with written(self._file.parent.name):
                self._take(connection)
            yield
        finally:
            connection.close()

    def confirm(self) -> None:
        """Nobody takes it from who holds it."""

    def _take(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")  # a full disk keeps nobody from a backup elsewhere
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise _busy() from error


class SharedLock:
    """The same for a shop in PostgreSQL, whose processes may be on several machines: it ends with its connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: Callable[[], bool] | None = None

    @contextmanager
    def hold(self, wait_s: float) -> Iterator[None]:
        """Waits at most ``wait_s`` seconds for its turn. Raises ``ShopBusy``."""
        with self._database.alone(wait_s) as mine:
            if not mine:
                raise _busy()
            self._held = mine
            try:
                yield
            finally:
                self._held = None

    def confirm(self) -> None:
        """Raises ``ShopBusy`` where its connection was lost, so that others may hold it: for one who is to commit."""
        if self._held and not self._held():
            raise ShopBusy(
                "The database let go of the shop's lock in the middle of the work.",
                why="The connection to it was lost.",
                fix="Run this again: nothing was committed, and nothing is doubled.",
            )


def _busy() -> ShopBusy:
    return ShopBusy(
        "Another import into this shop is running.", fix="Wait until it has finished and run this one again."
    )
