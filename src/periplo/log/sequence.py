"""The one sequence of the shop, and what else is counted beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from periplo.log.database import Database
from periplo.log.tables import sequence


class Places(NamedTuple):
    """``last`` place that was given out; ``trimmed``: up to there events are the archive's, and what the log keeps of
    them nobody reads; ``dropped``: up to there it keeps nothing. ``lake``: the commit of the archive that the log
    relies on."""

    last: int
    trimmed: int
    dropped: int
    lake: int


_NAMES = ("events", "trimmed", "dropped", "lake")
# Made once: they go with each commit. Those who write wait for each other at the first row, however many they are.
_held = select(sequence).where(sequence.c.name.in_(_NAMES)).order_by(sequence.c.name).with_for_update().subquery()
_places = select(*(func.max(_held.c.last).filter(_held.c.name == name) for name in _NAMES))
_put = update(sequence).where(sequence.c.name == bindparam("which")).values(last=bindparam("place"))


def places(connection: Connection) -> Places:
    """All of them, for one who writes: writers of a PostgreSQL log wait here for each other, as SQLite's always do."""
    return Places._make(connection.execute(_places).one())


@contextmanager
def in_turn(database: Database) -> Iterator[Connection]:
    """A ``writing()`` transaction for which others wait also in PostgreSQL: of rows that several servers count or keep
    at the same moment, none is met by two of them."""
    with database.writing() as connection:
        places(connection)
        yield connection


def last_place(connection: Connection) -> int:
    """The last place that was given out, for one who reads."""
    return place(connection, "events")


def place(connection: Connection, name: str) -> int:
    """One of the places, for one who reads."""
    return connection.scalar(select(sequence.c.last).where(sequence.c.name == name)) or 0


def in_tail(connection: Connection, after_seq: int) -> int:
    """Where the tail of the log begins, or this place where it is later."""
    return max(after_seq, place(connection, "trimmed"))


def put(connection: Connection, **values: int) -> None:
    """Writes some of them."""
    for name, last in values.items():
        connection.execute(_put, {"which": name, "place": last})


def take(connection: Connection, count: int, after: int | None = None) -> int:
    """The first of ``count`` new places. ``after``: the last that was given out, where it is known."""
    last = places(connection).last if after is None else after
    if count:
        put(connection, events=last + count)
    return last + 1
