"""The append-only log: live events, durable when ``append`` returns, and the one sequence of the shop.

The log keeps the tail: events move to the archive (the lake) later, and keep their place in the sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa
from sqlalchemy import Connection, bindparam, delete, func, select, tuple_, update

from periplo.events.model import Event, to_batch
from periplo.events.schema import STORED
from periplo.log.database import Database, insert
from periplo.log.tables import HEAD, event, reservation, sequence

_AT_ONCE = 400
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Event).decode

Key = tuple[str, str]
"""(source, event_id): what makes an event this event."""

Archived = Callable[[Iterable[Key], int], set[Key]]
"""Those of the keys that the archive holds now, after a place in the sequence."""


def open_log(place: Path | str) -> Database:
    """The database of the log and the quarantine: the path of an SQLite file, or a database URL."""
    return Database(place, migrations="periplo.log:migrations", head=HEAD)


class Log:
    """The tail of the shop's events, and the numbers of all of them.

    ``archived`` asks the archive for what it holds. It is asked while nobody else can write here, so that no event
    moves or is imported between the question and the answer: each is kept once, here or there.
    """

    def __init__(self, database: Database, archived: Archived = lambda keys, after_seq: set()) -> None:
        self._database, self._archived = database, archived

    def append(self, events: Sequence[Event]) -> int:
        """Commits the events as a group, in order, and answers how many were new.

        An event whose key the log or the archive holds, or that is twice in the group, is kept once.
        """
        distinct: dict[Key, Event] = {}
        for one in events:
            distinct.setdefault((one.source, one.event_id), one)
        with self._database.writing() as connection:
            _last(connection)
            known = _among(connection, distinct)
            known |= self._archived(distinct.keys() - known, 0)
            fresh = {key: one for key, one in distinct.items() if key not in known}
            first = _take(connection, len(fresh))
            insert(
                connection,
                event,
                [
                    range(first, first + len(fresh)),
                    [source for source, _ in fresh],
                    [event_id for _, event_id in fresh],
                    [_encode(one) for one in fresh.values()],
                ],
            )
        return len(fresh)

    def read(self, after_seq: int = 0, until_seq: int | None = None) -> pa.Table:
        """The events after one place in the sequence, up to another, in order, with the schema ``STORED``."""
        wanted = select(event.c.seq, event.c.body).where(event.c.seq > after_seq).order_by(event.c.seq)
        if until_seq is not None:
            wanted = wanted.where(event.c.seq <= until_seq)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        batch = to_batch([_decode(body) for _, body in rows])
        places = pa.array([seq for seq, _ in rows], pa.int64())
        return pa.Table.from_arrays([places, *batch.columns], schema=STORED)

    def keys(self) -> list[Key]:
        """The keys of all events in the tail."""
        with self._database.reading() as connection:
            return [
                (source, event_id) for source, event_id in connection.execute(select(event.c.source, event.c.event_id))
            ]

    def count(self, after_seq: int = 0) -> int:
        """How many events the tail holds after a place in the sequence."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(event.c.seq > after_seq)) or 0

    def settled(self) -> int:
        """The last place of the sequence before which nothing can appear any more: all readers stop here."""
        with self._database.reading() as connection:
            first_open = connection.scalar(select(func.min(reservation.c.first_seq)))
            return _last(connection) if first_open is None else first_open - 1

    @contextmanager
    def reserve(self, count: int, import_id: str) -> Iterator[int]:
        """A range of ``count`` places for an import, which commits elsewhere inside the block; gives the first.

        While the block runs the log is not settled beyond the range. A range of an import that failed stays empty.
        Before the block commits it leaves out what ``keys`` gives; what was appended after that, and is in the
        archive when the block ends, leaves the log.
        """
        with self._database.writing() as connection:
            first = _take(connection, count)
            insert(connection, reservation, [[first], [import_id]])
        try:
            yield first
        finally:
            with self._database.writing() as connection:
                self._end(connection, first)

    def unfinished(self) -> list[str]:
        """The imports that hold a range: one that runs, or those that were killed."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(reservation.c.import_id)))

    def release(self) -> None:
        """Ends killed imports, whether they had committed or not. Only for one who knows that no import runs."""
        with self._database.writing() as connection:
            for first in connection.scalars(select(reservation.c.first_seq)).all():
                self._end(connection, first)

    def trim(self, until_seq: int) -> None:
        """Forgets the events up to a place, which the archive holds now."""
        with self._database.writing() as connection:
            connection.execute(delete(event).where(event.c.seq <= until_seq))

    def _end(self, connection: Connection, first_seq: int) -> None:
        """An import is over: of what was recorded meanwhile, the events that it brought too stay in the archive only.

        No reader has seen them in the log, which was not settled so far.
        """
        _last(connection)
        rows = connection.execute(select(event.c.seq, event.c.source, event.c.event_id).where(event.c.seq > first_seq))
        places = {(source, event_id): seq for seq, source, event_id in rows}
        twice = [{"place": places[key]} for key in self._archived(places.keys(), first_seq - 1)]
        if twice:
            connection.execute(delete(event).where(event.c.seq == bindparam("place")), twice)
        connection.execute(delete(reservation).where(reservation.c.first_seq == first_seq))


def _last(connection: Connection) -> int:
    # FOR UPDATE makes writers of a PostgreSQL log wait for each other; SQLite's already do.
    wanted = select(sequence.c.last).where(sequence.c.name == "events").with_for_update()
    return int(connection.scalar(wanted) or 0)


def _take(connection: Connection, count: int) -> int:
    """The first of ``count`` new places."""
    last = _last(connection)
    connection.execute(update(sequence).where(sequence.c.name == "events").values(last=last + count))
    return last + 1


def _among(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that the log holds."""
    found: set[Key] = set()
    rest = iter(keys)
    while some := list(islice(rest, _AT_ONCE)):
        pair = tuple_(event.c.source, event.c.event_id)
        rows = connection.execute(select(event.c.source, event.c.event_id).where(pair.in_(some)))
        found.update((source, event_id) for source, event_id in rows)
    return found
