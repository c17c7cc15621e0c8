"""The quarantine: rows that were refused, kept whole with the reason, until someone mends the cause."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from periplo.errors import UnknownName
from periplo.events.refused import Refused
from periplo.log.database import Database
from periplo.log.inserting import insert
from periplo.log.rejects import Fault, Reading, Reject, fault_row, import_row, packed, reject_of, us
from periplo.log.sequence import in_turn
from periplo.log.tables import reading, reject

_AT_ONCE = 400
_READ_AT_ONCE, _LET_GO_AT_ONCE = 10_000, 2_000


class Quarantine:
    """Refused rows by their id. A row that is refused again is not kept twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, import_id: str, how: Reading, refused: Iterable[Refused]) -> int:
        """Keeps the refused rows of an import in one commit; answers how many were new."""
        rows = {one.reject_id: import_row(one, import_id) for one in refused}
        with in_turn(self._database) as connection:
            _insert_new(connection, rows)
            if rows and not connection.scalar(select(reading.c.import_id).where(reading.c.import_id == import_id)):
                insert(connection, reading, [[import_id], [how.preset], [how.mapping]])
        return len(rows)

    def keep(self, connection: Connection, faults: Iterable[Fault]) -> None:
        """Keeps live messages, within a commit."""
        _insert_new(connection, {one.reject_id: fault_row(one) for one in faults})

    def put_faults(self, faults: Iterable[Fault]) -> None:
        """Keeps live messages, in a commit of their own."""
        with in_turn(self._database) as connection:
            self.keep(connection, faults)

    def list(
        self,
        *,
        limit: int = 50,
        offset: int = 0,
        file: str | None = None,
        field: str | None = None,
        replayed: bool | None = False,
        stage: str | None = None,
        rule: str | None = None,
        newest: bool = False,
    ) -> list[Reject]:
        """A page of rows, by file and line, or the ``newest`` first. ``replayed``: False those that wait, True those
        that went in, None all."""
        wanted = select(reject).where(*_filters(file, field, replayed, stage, rule))
        order = [reject.c.rejected_us.desc()] if newest else [reject.c.file]
        wanted = wanted.order_by(*order, reject.c.line, reject.c.reject_id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.limit(limit).offset(offset)).all()
        return [reject_of(row) for row in rows]

    def count(
        self,
        *,
        file: str | None = None,
        field: str | None = None,
        replayed: bool | None = False,
        stage: str | None = None,
        rule: str | None = None,
    ) -> int:
        """How many rows there are, by the same filters as ``list``."""
        wanted = select(func.count()).select_from(reject).where(*_filters(file, field, replayed, stage, rule))
        with self._database.reading() as connection:
            return connection.scalar(wanted) or 0

    def show(self, reject_id: str) -> Reject:
        """One row. The beginning of an id is enough where no other begins so. Raises ``UnknownName``."""
        wanted = select(reject).where(reject.c.reject_id.startswith(reject_id, autoescape=True)).limit(2)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        if len(rows) != 1:
            raise UnknownName("row in quarantine", reject_id, [one.reject_id for one in self.list(limit=1000)])
        return reject_of(rows[0])

    def ids(self, *, file: str | None = None, stage: str | None = None, rule: str | None = None) -> Sequence[str]:
        """The ids of the rows that wait, by the same filters as ``list``."""
        wanted = select(reject.c.reject_id).where(*_filters(file, None, False, stage, rule))
        with self._database.reading() as connection:
            return connection.scalars(wanted.order_by(reject.c.file, reject.c.line, reject.c.reject_id)).all()

    def waiting_messages(self) -> Sequence[str]:
        """The ids of all live messages that wait, in the order they came."""
        wanted = select(reject.c.reject_id).where(reject.c.stage != "import", reject.c.replayed_us.is_(None))
        with self._database.reading() as connection:
            return connection.scalars(wanted.order_by(reject.c.rejected_us, reject.c.line)).all()

    def waiting(self) -> Mapping[tuple[str, str, str], int]:
        """How much waits, by source or file, stage and rule."""
        by = (reject.c.file, reject.c.stage, reject.c.rule)
        wanted = select(*by, func.count()).where(reject.c.replayed_us.is_(None)).group_by(*by).order_by(*by)
        with self._database.reading() as connection:
            return {(file, stage, rule): count for file, stage, rule, count in connection.execute(wanted)}

    def readings(self) -> Mapping[str, Reading]:
        """How each import read its files, by import id."""
        with self._database.reading() as connection:
            return {row.import_id: Reading(row.preset, row.mapping) for row in connection.execute(select(reading))}

    def about(self, told: Callable[[str], bool]) -> Iterator[Reject]:
        """All rows, also those that went in since, in which ``told`` finds what it looks for."""
        offset = 0
        while rows := self.list(limit=_READ_AT_ONCE, offset=offset, replayed=None):
            yield from (row for row in rows if told(row.everything()))
            offset += len(rows)

    def erase(self, reject_ids: Collection[str]) -> None:
        """Forgets rows. Their bytes are gone once the database is compacted."""
        with in_turn(self._database) as connection:
            for some in _chunks(list(reject_ids)):
                connection.execute(delete(reject).where(reject.c.reject_id.in_(some)))

    def let_go(self, before_us: int) -> int:
        """Forgets some of the rows that went in before a moment; answers how many. 0: none is left."""
        wanted = select(reject.c.reject_id).where(reject.c.replayed_us <= before_us).limit(_LET_GO_AT_ONCE)
        with self._database.reading() as connection:
            old = connection.scalars(wanted).all()
        if old:
            self.erase(old)
        return len(old)

    def discard(self, reject_ids: Collection[str]) -> int:
        """Forgets rows that wait; answers how many. What went in keeps its row."""
        with in_turn(self._database) as connection:
            waits = reject.c.replayed_us.is_(None)
            some = [delete(reject).where(reject.c.reject_id.in_(ids), waits) for ids in _chunks(list(reject_ids))]
            return sum(connection.execute(one).rowcount for one in some)

    def mark_replayed(self, reject_ids: Collection[str]) -> None:
        """Notes that these rows were read again and went in."""
        now = us(datetime.now(UTC))
        with in_turn(self._database) as connection:
            for some in _chunks(list(reject_ids)):
                connection.execute(update(reject).where(reject.c.reject_id.in_(some)).values(replayed_us=now))

    def mend(self, reject_id: str, text: str) -> None:
        """Keeps how a row should be read instead; the row as it was stays too."""
        values = {"mended": packed(text), "mended_us": us(datetime.now(UTC))}
        with self._database.writing() as connection:
            connection.execute(update(reject).where(reject.c.reject_id == reject_id).values(values))

    def again(self, reject_id: str, fault: Fault) -> None:
        """A message was refused once more: the newest reason is the one to mend."""
        values = {
            "stage": fault.stage,
            "rule": fault.rule,
            "field": fault.path,
            "reason": fault.reason,
            "reason_values": json.dumps(fault.values),
        }
        with self._database.writing() as connection:
            connection.execute(update(reject).where(reject.c.reject_id == reject_id).values(values))


def _filters(
    file: str | None, field: str | None, replayed: bool | None, stage: str | None, rule: str | None
) -> list[ColumnElement[bool]]:
    asked = ((reject.c.file, file), (reject.c.field, field), (reject.c.stage, stage), (reject.c.rule, rule))
    filters = [column == value for column, value in asked if value]
    if replayed is not None:
        filters.append(reject.c.replayed_us.is_not(None) if replayed else reject.c.replayed_us.is_(None))
    return filters


def _insert_new(connection: Connection, rows: dict[str, tuple[Any, ...]]) -> None:
    """Inserts the rows, by id, that are not there; leaves these in ``rows``."""
    for some in _chunks(list(rows)):
        for known in connection.scalars(select(reject.c.reject_id).where(reject.c.reject_id.in_(some))):
            del rows[known]
    insert(connection, reject, list(zip(*rows.values(), strict=True)))


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
