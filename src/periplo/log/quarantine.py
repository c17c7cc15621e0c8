"""The quarantine: rows that were refused, kept whole with the reason, until someone mends the cause."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from periplo.errors import UnknownName
from periplo.events.refused import Refused
from periplo.language import Lang, t
from periplo.log.database import Database, insert
from periplo.log.packing import pack, unpack
from periplo.log.tables import reading, reject

_AT_ONCE = 400
_READ_AT_ONCE = 10_000


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A row in quarantine. ``raw`` is the row as it was, ``header`` the header line of its file.

    A live message has its source as ``file``, the place at fault as ``field``, and the ``rule`` that it broke.
    ``stage``: where it was refused: import, parse, read, dedupe.
    """

    reject_id: str
    import_id: str
    file: str
    line: int
    field: str
    reason: str
    values: dict[str, Any]
    header: str
    raw: str
    rejected_at: datetime
    replayed_at: datetime | None
    stage: str = "import"
    rule: str = ""

    def tell(self, lang: Lang) -> str:
        """The reason in words, with what to do."""
        return t(self.reason, lang, **self.values)


class Reading(msgspec.Struct, frozen=True):
    """How an import read its files: its preset, and the text of its mapping file."""

    preset: str
    mapping: str | None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a live message cannot be kept as an event, and the whole of it.

    ``path``: the place in it, as context.page; ``index`` of the message in its request; ``reason`` an English template.
    """

    source: str
    stage: str
    rule: str
    path: str
    reason: str
    values: dict[str, str] = {}
    index: int = 0
    raw: bytes

    @property
    def reject_id(self) -> str:
        """The same each time the message is refused."""
        parts = (self.source.encode(), self.stage.encode(), self.rule.encode(), self.raw)
        return blake2b(b"\0".join(parts), digest_size=16).hexdigest()

    @property
    def text(self) -> str:
        """The message; bytes that are no UTF-8 as lone surrogates."""
        return self.raw.decode("utf-8", "surrogateescape")


class Quarantine:
    """Refused rows by their id. A row that is refused again is not kept twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, import_id: str, how: Reading, refused: Iterable[Refused]) -> int:
        """Keeps the refused rows of an import in one commit; answers how many were new."""
        rows = {one.reject_id: _row(one, import_id) for one in refused}
        with self._database.writing() as connection:
            _insert_new(connection, rows)
            if rows and not connection.scalar(select(reading.c.import_id).where(reading.c.import_id == import_id)):
                insert(connection, reading, [[import_id], [how.preset], [how.mapping]])
        return len(rows)

    def keep(self, connection: Connection, faults: Iterable[Fault]) -> None:
        """Keeps live messages, within a commit."""
        _insert_new(connection, {one.reject_id: _fault_row(one) for one in faults})

    def put_faults(self, faults: Iterable[Fault]) -> None:
        """Keeps live messages, in a commit of their own."""
        with self._database.writing() as connection:
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
    ) -> list[Reject]:
        """A page of rows, by file and line. ``replayed``: False those that wait, True those that went in, None all."""
        wanted = select(reject).where(*_filters(file, field, replayed, stage))
        wanted = wanted.order_by(reject.c.file, reject.c.line, reject.c.reject_id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.limit(limit).offset(offset)).all()
        return [_reject(row) for row in rows]

    def count(
        self,
        *,
        file: str | None = None,
        field: str | None = None,
        replayed: bool | None = False,
        stage: str | None = None,
    ) -> int:
        """How many rows there are, by the same filters as ``list``."""
        wanted = select(func.count()).select_from(reject).where(*_filters(file, field, replayed, stage))
        with self._database.reading() as connection:
            return connection.scalar(wanted) or 0

    def show(self, reject_id: str) -> Reject:
        """One row. The beginning of an id is enough where no other begins so. Raises ``UnknownName``."""
        wanted = select(reject).where(reject.c.reject_id.startswith(reject_id, autoescape=True)).limit(2)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        if len(rows) != 1:
            raise UnknownName("row in quarantine", reject_id, [one.reject_id for one in self.list(limit=1000)])
        return _reject(rows[0])

    def readings(self) -> Mapping[str, Reading]:
        """How each import read its files, by import id."""
        with self._database.reading() as connection:
            return {row.import_id: Reading(row.preset, row.mapping) for row in connection.execute(select(reading))}

    def about(self, told: Callable[[str], bool]) -> Iterator[Reject]:
        """All rows, also those that went in since, in which ``told`` finds what it looks for."""
        offset = 0
        while rows := self.list(limit=_READ_AT_ONCE, offset=offset, replayed=None):
            yield from (row for row in rows if told(" ".join((row.raw, row.file, *map(str, row.values.values())))))
            offset += len(rows)

    def erase(self, reject_ids: Collection[str]) -> None:
        """Forgets rows. Their bytes are gone once the database is compacted."""
        with self._database.writing() as connection:
            for some in _chunks(list(reject_ids)):
                connection.execute(delete(reject).where(reject.c.reject_id.in_(some)))

    def mark_replayed(self, reject_ids: Collection[str]) -> None:
        """Notes that these rows were read again and went in."""
        now = _us(datetime.now(UTC))
        with self._database.writing() as connection:
            for some in _chunks(list(reject_ids)):
                connection.execute(update(reject).where(reject.c.reject_id.in_(some)).values(replayed_us=now))


def _filters(
    file: str | None, field: str | None, replayed: bool | None, stage: str | None
) -> list[ColumnElement[bool]]:
    asked = ((reject.c.file, file), (reject.c.field, field), (reject.c.stage, stage))
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


def _row(one: Refused, import_id: str) -> tuple[Any, ...]:
    place = (one.reject_id, import_id, one.file, one.line, one.field, one.reason)
    return *place, *_kept(one.values, one.header, one.raw), "import", ""


def _fault_row(one: Fault) -> tuple[Any, ...]:
    place = (one.reject_id, f"live {one.source}", one.source, one.index + 1, one.path, one.reason)
    return *place, *_kept(one.values, "", one.text), one.stage, one.rule


def _kept(values: Mapping[str, Any], header: str, raw: str) -> tuple[Any, ...]:
    packed = pack(raw.encode("utf-8", "surrogatepass"))
    return json.dumps(values, default=str), header, packed, _us(datetime.now(UTC)), None


def _reject(row: Row[Any]) -> Reject:
    return Reject(
        reject_id=row.reject_id,
        import_id=row.import_id,
        file=row.file,
        line=row.line,
        field=row.field,
        reason=row.reason,
        values=json.loads(row.reason_values),
        header=row.header,
        raw=unpack(row.raw).decode("utf-8", "surrogatepass"),
        rejected_at=_moment(row.rejected_us),
        replayed_at=None if row.replayed_us is None else _moment(row.replayed_us),
        stage=row.stage,
        rule=row.rule,
    )


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))


def _us(when: datetime) -> int:
    return int(when.timestamp() * 1_000_000)


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)
