"""What is only counted: how often something happened to the messages of a source, by day (UTC)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from threading import Lock

import msgspec
from sqlalchemy import Connection, select, update

from periplo.log.database import Database
from periplo.log.inserting import insert
from periplo.log.sequence import in_turn
from periplo.log.tables import sequence, tally

Counts = Mapping[tuple[str, str, str], int]
"""By source, what and where."""

_PLANNED = sequence.c.name == "planned"


class Tally(msgspec.Struct, frozen=True):
    """``what`` happened so often, ``where``: in which event, at which place."""

    source: str
    what: str
    where: str
    count: int
    last_at: datetime


class Tallies:
    """Counts in memory, cheaply, and writes when ``flush`` is called. Safe for threads."""

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, source: str, what: str, where: str = "", count: int = 1) -> None:
        with self._lock:
            self._counts[source, what, where] += count

    def flush(self) -> None:
        """Adds what was counted to what is kept."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            self._keep(counts)
        except BaseException:
            with self._lock:
                self._counts.update(counts)
            raise

    def _keep(self, counts: Counts) -> None:
        with in_turn(self._database) as connection:
            _add(connection, counts)

    def planned(self) -> int:
        """Up to which place in the sequence events were held against the tracking plan."""
        with self._database.reading() as connection:
            return connection.scalar(select(sequence.c.last).where(_PLANNED)) or 0

    def count_planned(self, counts: Counts, after_seq: int, until_seq: int) -> None:
        """Adds what the plan said of the events between two places, once, whoever looked at them too."""
        with in_turn(self._database) as connection:
            moved = update(sequence).where(_PLANNED, sequence.c.last == after_seq).values(last=until_seq)
            if connection.execute(moved).rowcount:
                _add(connection, counts)

    def since(self, day: date) -> Sequence[Tally]:
        """What was counted from a day on, over all days."""
        found: dict[tuple[str, str, str], tuple[int, int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(tally).where(tally.c.day >= day.isoformat())):
                key = row.source, row.what, row.place
                count, last_us = found.get(key, (0, 0))
                found[key] = count + row.times, max(last_us, row.last_us)
        return [Tally(*key, count, datetime.fromtimestamp(us / 1e6, UTC)) for key, (count, us) in found.items()]


def _add(connection: Connection, counts: Counts) -> None:
    now, day = time.time_ns() // 1000, datetime.now(UTC).date().isoformat()
    for (source, what, where), count in counts.items():
        one = (tally.c.day == day, tally.c.source == source, tally.c.what == what, tally.c.place == where)
        more = {"times": tally.c.times + count, "last_us": now}
        if not connection.execute(update(tally).where(*one).values(more)).rowcount:
            insert(connection, tally, [[day], [source], [what], [where], [count], [now]])
