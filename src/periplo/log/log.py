"""The append-only log: live events, durable when ``append`` or ``commit`` return, and the one sequence of the shop.

The log is read for its tail: events move to the archive (the lake) later, and keep their place in the sequence. What
moved stays some time, as it was received (``kept``), and is read by nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Lock

import msgspec
import pyarrow as pa
from sqlalchemy import Connection, delete, func, select

from periplo.events.model import Event
from periplo.events.schema import STORED
from periplo.events.segment import Reading
from periplo.log.archive import Archive, Key, NoArchive
from periplo.log.database import Database
from periplo.log.inserting import insert
from periplo.log.keys import Keys, keys_among
from periplo.log.reading import Brought, Refusal, Tail, read_requests, read_rows, read_tail, waiting_since
from periplo.log.received import Received
from periplo.log.sequence import in_tail, last_place, places, put, take
from periplo.log.tables import HEAD, event, moved, receipt, reservation
from periplo.log.writing import event_rows, receipt_rows

MOST_REMEMBERED, READ_AT_ONCE = 20_000, 4_096
"""So many events are kept as they were read last; so many messages are read as columns at a time."""

_encode = msgspec.msgpack.Encoder().encode

Also = Callable[[Connection], None]
"""What else goes into a commit."""


def open_log(place: Path | str) -> Database:
    """The database of the log and the quarantine: the path of an SQLite file, or a database URL."""
    return Database(place, migrations="periplo.log:migrations", head=HEAD)


class Log:
    """The tail of the shop's events, and the numbers of all of them. Safe for threads.

    ``archive`` is asked for what it holds while nobody else can write here, so that no event moves or is imported
    between the question and the answer: each is kept once, here or there. ``reading`` says how messages are read.
    ``scratch``: the folder for what is kept out of memory while much waits for the archive.
    """

    def __init__(
        self,
        database: Database,
        archive: Archive | None = None,
        reading: Reading | None = None,
        scratch: Path | None = None,
    ) -> None:
        self._database, self._archive = database, archive or NoArchive()
        self._reading = reading or Reading()
        self._keys, self._lock = Keys(self._archive, scratch), Lock()
        self._settled = 0
        self._last_read: tuple[object, pa.Table] = (None, pa.Table.from_batches([], STORED))
        self._refused: dict[int, Refusal] = {}

    def append(self, events: Sequence[Event]) -> int:
        """Commits the events as a group, in order, and answers how many were new.

        An event whose key the log or the archive holds, or that is twice in the group, is kept once.
        """
        sources, event_ids = [one.source for one in events], [one.event_id for one in events]
        with self._lock:
            with self._database.writing() as connection:
                found = self._keys.look(connection, sources, event_ids)
                fresh = [events[row] for row in found.fresh()]
                first = take(connection, len(fresh), found.last)
                insert(
                    connection,
                    event,
                    [
                        range(first, first + len(fresh)),
                        [one.source for one in fresh],
                        [one.event_id for one in fresh],
                        [_encode(one) for one in fresh],
                    ],
                )
            self._keys.keep(found, first + len(fresh) - 1)
        return len(fresh)

    def commit(self, received: Sequence[Received], also: Also | None = None) -> list[list[int]]:
        """Commits messages of several requests as a group, in order, with what ``also`` writes.

        Answers for each request which of its messages were there already, or came before in the group: as in
        ``append``, these are left out.
        """
        sources = list(chain.from_iterable([one.receipt.source] * len(one.event_ids) for one in received))
        event_ids = list(chain.from_iterable(one.event_ids for one in received))
        with self._lock:
            with self._database.writing() as connection:
                found = self._keys.look(connection, sources, event_ids)
                first = take(connection, len(sources) - len(found.repeated), found.last)
                parts = found.split([len(one.event_ids) for one in received])
                insert(connection, event, event_rows(first, received, parts))
                insert(connection, receipt, receipt_rows(first, received, parts))
                if also:
                    also(connection)
            self._keys.keep(found, first + len(sources) - len(found.repeated) - 1)
        return parts

    def read(
        self,
        after_seq: int = 0,
        until_seq: int | None = None,
        source: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """The events after one place in the sequence, up to another, in order: with the schema ``STORED``, or only some
        ``columns`` of it, which keeps the memory small that many events take.

        ``source``: only those of one source. A few settled events that are asked for again, as each consumer does, are
        not read again.
        """
        asked, (before, events) = (after_seq, until_seq, source), self._last_read
        if asked != before:
            with self._database.reading() as connection:
                events, whole = _together(self._pieces(connection, after_seq, until_seq, source), columns)
            if whole and until_seq is not None and until_seq <= self._settled:
                self._last_read = asked, events
        return events if columns is None else events.select([*columns])

    def _pieces(
        self, connection: Connection, after_seq: int, until_seq: int | None, source: str | None
    ) -> Iterator[pa.Table]:
        """Some of the events at a time: their messages take many times the memory of their columns."""
        while (tail := read_tail(connection, after_seq, until_seq, READ_AT_ONCE, source).read(self._reading)).last_seq:
            if len(self._refused) < MOST_REMEMBERED:
                self._refused = self._refused | {one.seq: one for one in tail.refused}
            yield tail.events
            after_seq = tail.last_seq

    def tail(self, after_seq: int = 0, until_seq: int | None = None, most: int | None = None) -> Tail:
        """The same, at most so many, with the messages that turned out to be no events."""
        with self._database.reading() as connection:
            rows = read_tail(connection, after_seq, until_seq, most)
        return rows.read(self._reading)

    def refused(self, after_seq: int, until_seq: int) -> list[Refusal]:
        """Messages between two places that turned out to be no events when they were read just now; told once."""
        found = [one for seq, one in self._refused.items() if after_seq < seq <= until_seq]
        self._refused = {}
        return found

    def find(self, keys: Collection[Key]) -> pa.Table:
        """The events of the tail with some keys, which are few, with the schema ``STORED``."""
        with self._database.reading() as connection:
            rows = read_rows(connection, sorted(keys_among(connection, keys).values()))
        return rows.read(self._reading).events

    def requests(self, after_seq: int, most: int) -> list[Brought]:
        """The messages of at most so many requests, as they were received, after a place in the sequence."""
        with self._database.reading() as connection:
            return read_requests(connection, after_seq, most)

    def reach(self, after_seq: int, most: int) -> int:
        """The place of the last of at most so many events after a place; 0 where there is none."""
        with self._database.reading() as connection:
            later = event.c.seq > in_tail(connection, after_seq)
            some = select(event.c.seq).where(later).order_by(event.c.seq).limit(most).subquery()
            return connection.scalar(select(func.max(some.c.seq))) or 0

    def keys(self) -> list[Key]:
        """The keys of all events in the tail."""
        with self._database.reading() as connection:
            wanted = select(event.c.source, event.c.event_id).where(event.c.seq > in_tail(connection, 0))
            return [(source, event_id) for source, event_id in connection.execute(wanted)]

    def count(self, after_seq: int = 0) -> int:
        """How many events the tail holds after a place in the sequence."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(event.c.seq > in_tail(connection, after_seq))) or 0

    def waiting_since(self, after_seq: int) -> int | None:
        """When the first event of the tail after a place came in, in microseconds since 1970; None where there is none
        or that is not known."""
        with self._database.reading() as connection:
            return waiting_since(connection, after_seq)

    def settled(self) -> int:
        """The last place of the sequence before which nothing can appear any more: all readers stop here."""
        with self._database.reading() as connection:
            first_open = connection.scalar(select(func.min(reservation.c.first_seq)))
            self._settled = last_place(connection) if first_open is None else first_open - 1
            return self._settled

    def go_on_after(self, place: int) -> bool:
        """Gives out no place up to this one any more; answers whether it would have."""
        with self._database.reading() as connection:
            if last_place(connection) >= place:
                return False
        with self._database.writing() as connection:
            take(connection, max(0, place - places(connection).last))
        return True

    @contextmanager
    def reserve(self, count: int, import_id: str) -> Iterator[int]:
        """A range of ``count`` places for an import, which commits elsewhere inside the block; gives the first.

        While the block runs the log is not settled beyond the range. A range of an import that failed stays empty.
        Before the block commits it leaves out what ``keys`` gives; what was appended after that, and is in the
        archive when the block ends, leaves the log.
        """
        with self._database.writing() as connection:
            first = take(connection, count)
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
        """The archive holds the events up to a place now: the tail begins after it."""
        version = self._archive.version()
        with self._database.writing() as connection:
            before = places(connection).trimmed
            put(connection, lake=version)
            if before < until_seq:
                put(connection, trimmed=until_seq)
                insert(connection, moved, [[until_seq], [time.time_ns() // 1000]])

    def _end(self, connection: Connection, first_seq: int) -> None:
        """An import is over: of what was recorded meanwhile, the events that it brought too stay in the archive only.

        No reader has seen them in the log, which was not settled so far.
        """
        places(connection)
        rows = connection.execute(select(event.c.seq, event.c.source, event.c.event_id).where(event.c.seq > first_seq))
        seqs = {(source, event_id): seq for seq, source, event_id in rows}
        for key in self._archive.known(seqs.keys(), first_seq - 1):
            connection.execute(delete(event).where(event.c.seq == seqs[key]))
        put(connection, lake=self._archive.version())
        connection.execute(delete(reservation).where(reservation.c.first_seq == first_seq))


def _together(pieces: Iterable[pa.Table], columns: Sequence[str] | None) -> tuple[pa.Table, bool]:
    """The pieces as one table, and whether it is whole: of many events only the ``columns`` are kept, where some are
    given."""
    kept, rows = [STORED.empty_table()], 0
    for piece in pieces:
        rows += piece.num_rows
        kept.append(piece if columns is None or rows <= MOST_REMEMBERED else piece.select([*columns]))
    whole = rows <= MOST_REMEMBERED
    return pa.concat_tables(kept if whole or columns is None else [one.select([*columns]) for one in kept]), whole
