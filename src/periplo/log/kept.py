"""What the archive holds stays in the log some days more, as it was received; then it goes, a little at a time."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select

from periplo.log.database import Database
from periplo.log.reading import waiting_since
from periplo.log.sequence import place, places, put
from periplo.log.tables import event, moved, receipt

DROPPED_AT_ONCE = 5_000
"""So many events go in one transaction: those who write do not wait long."""


class Kept:
    """The part of the log before its tail: a second copy of what the archive holds, should that be lost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self) -> datetime | None:
        """When the oldest event that the log has came in; None where it has none or that is not known."""
        with self._database.reading() as connection:
            since_us = waiting_since(connection, place(connection, "dropped"))
        return None if since_us is None else datetime.fromtimestamp(since_us / 1e6, UTC)

    def moved_before(self, moment_us: int, age_us: int) -> int:
        """The last place whose event was in the archive before a moment, which was so long ago; 0 where there is none.

        What comes after an event is not older than it, though a clock that was behind for a while says so.
        """
        old = select(func.max(moved.c.last_seq)).where(moved.c.moved_us <= moment_us)
        # What a clock ahead dated later than that could keep all else for years.
        young = moved.c.moved_us > moment_us, moved.c.moved_us <= moment_us + 2 * age_us
        with self._database.reading() as connection:
            first_young = connection.scalar(select(func.min(moved.c.last_seq)).where(*young))
            if first_young is not None:
                old = old.where(moved.c.last_seq < first_young)
            return connection.scalar(old) or 0

    def drop(self, until_seq: int) -> int:
        """Forgets some of the events up to a place, which the archive holds; answers how many. 0: all are gone."""
        with self._database.reading() as connection:
            if place(connection, "dropped") >= min(until_seq, place(connection, "trimmed")):
                return 0
        with self._database.writing() as connection:
            now = places(connection)
            until = min(until_seq, now.trimmed)
            first = connection.scalar(select(func.min(event.c.seq)).where(event.c.seq > now.dropped)) or until
            last = min(until, first + DROPPED_AT_ONCE - 1)
            put(connection, dropped=max(last, now.dropped))
            return _forget(connection, last)

    def drop_all(self) -> None:
        """Forgets all that the archive holds."""
        with self._database.reading() as connection:
            until = place(connection, "trimmed")
        while self.drop(until):
            pass

    def take_back(self, archived_seq: int, version: int) -> bool:
        """Makes that the tail again which an archive that was put back lacks; answers whether all of it is still here.

        ``archived_seq``: up to where it holds the events of the log, ``version``: its newest commit.
        """
        with self._database.writing() as connection:
            now = places(connection)
            put(connection, lake=version, trimmed=max(archived_seq, now.dropped))
            connection.execute(delete(moved).where(moved.c.last_seq > archived_seq))
            return archived_seq >= now.dropped

    def lacking(self, archived_seq: int) -> bool:
        """Whether an archive that holds the events up to a place lacks some that the log took to be there."""
        with self._database.reading() as connection:
            return place(connection, "trimmed") > archived_seq


def _forget(connection: Connection, until_seq: int) -> int:
    gone = connection.execute(delete(event).where(event.c.seq <= until_seq)).rowcount
    # The first condition finds the rows, by their key.
    connection.execute(delete(receipt).where(receipt.c.first_seq <= until_seq, receipt.c.last_seq <= until_seq))
    connection.execute(delete(moved).where(moved.c.last_seq <= until_seq))
    return gone
