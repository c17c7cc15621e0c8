"""How a shop does at this moment: whether its databases answer, how far each consumer is behind, how large all is."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from periplo.access import Access
from periplo.errors import PeriploError
from periplo.log import Database
from periplo.operation.disk import may_write
from periplo.workspace.stores import Stores

MB = 1_000_000


@dataclass(frozen=True)
class Lag:
    """How many places of the sequence a consumer has still to read, and since how many seconds the oldest waits."""

    events: int
    seconds: float


@dataclass(frozen=True)
class Sizes:
    """What a shop holds. ``bytes_of``: each database and the archive; ``disk_free``: bytes left beside them."""

    log_events: int
    archive_events: int
    quarantine_rows: int
    bytes_of: dict[str, int]
    disk_free: int


class Condition:
    """Asked anew each time. Raises what the stores raise, but for ``faults``."""

    def __init__(self, stores: Stores, access: Access) -> None:
        self._stores, self._access = stores, access

    def databases(self) -> dict[str, Database]:
        """The databases by the name of what they keep."""
        return {"log": self._stores.log_database, "state": self._stores.state, **self._access.databases()}

    def faults(self) -> dict[str, str]:
        """What keeps the shop from its work, by the name of the check; empty where all is well."""
        health = self._stores.settings.health
        found = {name: _fault(database.check) for name, database in self.databases().items()}
        found["archive"] = _fault(lambda: self._stores.lake.now().version)
        free = self.disk_free()
        if not may_write(self._stores.places.root):
            found["disk"] = "the folder of the shop may only be read"
        elif free < health.least_free_mb * MB:
            found["disk"] = f"{free // MB} MB are free, less than {health.least_free_mb}"
        if not any(found.values()) and health.most_lag_s:
            lag = self.identity_lag()
            if lag.seconds > health.most_lag_s:
                found["lag"] = f"identity is {lag.seconds:.0f} s behind, more than {health.most_lag_s}"
        return {name: fault for name, fault in found.items() if fault}

    def disk_free(self) -> int:
        """In bytes, where the shop lies."""
        return shutil.disk_usage(self._stores.places.root).free

    def identity_lag(self) -> Lag:
        """Of identity behind the log."""
        return self._lag(self._stores.identity.cursor())

    def archive_lag(self) -> Lag:
        """Of the archive behind the log; some of the newest events always wait there for company."""
        return self._lag(self._stores.lake.now().archived_seq())

    def sizes(self) -> Sizes:
        stores, archive = self._stores, self._stores.lake.now()
        bytes_of = {name: database.size() for name, database in self.databases().items()}
        return Sizes(
            log_events=stores.log.count(after_seq=archive.archived_seq()),
            archive_events=archive.count(),
            quarantine_rows=stores.quarantine.count(),
            bytes_of=bytes_of | {"archive": sum(_size(file) for file in archive.files())},
            disk_free=self.disk_free(),
        )

    def _lag(self, cursor: int) -> Lag:
        since_us = self._stores.log.waiting_since(cursor)
        seconds = max(0.0, time.time() - since_us / 1e6) if since_us else 0.0
        return Lag(max(0, self._stores.log.settled() - cursor), seconds)


def _fault(check: Callable[[], object]) -> str:
    """What is wrong, in one line; empty for nothing."""
    try:
        check()
    except PeriploError as error:
        return f"{error.code}: {error}"
    return ""


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except FileNotFoundError:
        return 0  # replaced since
