"""What the clock told, noted now and then: it outlives the processes that looked at it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from periplo.log.database import Database
from periplo.log.inserting import insert
from periplo.log.sequence import in_turn
from periplo.log.tables import clock


class ClockNotes:
    """Pairs of the time that passed while something ran and what the clock told then, both in microseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[tuple[int, int]]:
        """The notes, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(select(clock).order_by(clock.c.passed_us))
            return [(row.passed_us, row.told_us) for row in rows]

    def put(self, note: tuple[int, int], every_us: int, most: int) -> Sequence[tuple[int, int]]:
        """Notes it, unless some process noted something less than ``every_us`` before; forgets the oldest of more than
        ``most``; answers all."""
        passed_us, told_us = note
        newest = select(clock.c.passed_us).order_by(clock.c.passed_us.desc())
        with in_turn(self._database) as connection:
            last = connection.scalar(newest.limit(1))
            if last is None or passed_us - last >= every_us:
                insert(connection, clock, [[passed_us], [told_us]])
                oldest = connection.scalar(newest.offset(most).limit(1))
                if oldest is not None:
                    connection.execute(delete(clock).where(clock.c.passed_us <= oldest))
        return self.all()
