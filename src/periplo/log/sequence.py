"""The one sequence of the shop, and what else is counted beside it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from periplo.log.tables import sequence


class Places(NamedTuple):
    """``last`` place that was given out; ``trimmed``: up to there events left the log; ``lake``: the commit of the
    archive that the log relies on."""

    last: int
    trimmed: int
    lake: int


def places(connection: Connection) -> Places:
    """All of them, for one who writes: writers of a PostgreSQL log wait here for each other, as SQLite's always do."""
    rows = connection.execute(select(sequence.c.name, sequence.c.last).with_for_update())
    found = {name: last for name, last in rows}
    return Places(found["events"], found["trimmed"], found["lake"])


def last_place(connection: Connection) -> int:
    """The last place that was given out, for one who reads."""
    return connection.scalar(select(sequence.c.last).where(sequence.c.name == "events")) or 0


def take(connection: Connection, count: int) -> int:
    """The first of ``count`` new places."""
    last = places(connection).last
    if count:
        connection.execute(update(sequence).where(sequence.c.name == "events").values(last=last + count))
    return last + 1
