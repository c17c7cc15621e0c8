"""Sources: the systems that may send events to a shop, each with its write key."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from periplo.errors import UnknownName, UsageError
from periplo.log.database import Database
from periplo.log.inserting import insert
from periplo.log.sequence import in_turn
from periplo.log.tables import sequence, source

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|\*")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` stands in every event of it. ``channel``: where its events say none, empty to tell it from each event.

    ``origins``: the sites (as https://shop.example; "*" for any) whose pages may send with this key.
    """

    name: str
    write_key: str
    channel: str = ""
    origins: tuple[str, ...] = ()
    created_at: datetime


class Sources:
    """The sources of a shop, in its log. Write keys can only write, and stand in pages for all to read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Source]:
        """All sources, by name."""
        with self._database.reading() as connection:
            return [_source(row) for row in connection.execute(select(source).order_by(source.c.name))]

    def version(self) -> int:
        """Changes when a source changes; cheap to ask."""
        with self._database.reading() as connection:
            return connection.scalar(select(sequence.c.last).where(sequence.c.name == "sources")) or 0

    def add(self, name: str, *, channel: str = "", origins: Sequence[str] = ()) -> Source:
        """A new source, with a new key. Raises ``UsageError`` where the name is taken or cannot be one."""
        _check(name, origins)
        with in_turn(self._database) as connection:
            if connection.scalar(select(source.c.name).where(source.c.name == name)):
                raise UsageError(
                    "There is a source named “{name}” already.",
                    fix="Choose another name, or see its key: periplo sources list SHOP",
                    name=name,
                )
            row = (name, _new_key(), channel, json.dumps([one.rstrip("/") for one in origins]), _now_us())
            insert(connection, source, [[value] for value in row])
            _changed(connection)
            return _one(connection, name)

    def allow(self, name: str, origins: Sequence[str]) -> Source:
        """Lets the pages of more sites send with the key of a source. Raises ``UnknownName``, ``UsageError``."""
        _check(name, origins)
        with in_turn(self._database) as connection:
            both = [*_one(connection, name).origins, *(one.rstrip("/") for one in origins)]
            written = json.dumps(list(dict.fromkeys(both)))
            connection.execute(update(source).where(source.c.name == name).values(origins=written))
            _changed(connection)
            return _one(connection, name)

    def rotate(self, name: str) -> Source:
        """Gives a source a new key: the old one is refused from then on. Raises ``UnknownName``."""
        with in_turn(self._database) as connection:
            _one(connection, name)
            connection.execute(update(source).where(source.c.name == name).values(write_key=_new_key()))
            _changed(connection)
            return _one(connection, name)

    def remove(self, name: str) -> None:
        """Refuses what a source sends from then on; its events stay. Raises ``UnknownName``."""
        with in_turn(self._database) as connection:
            _one(connection, name)
            connection.execute(delete(source).where(source.c.name == name))
            _changed(connection)


class KnownSources:
    """Sources by their keys, as fast as a dictionary; looked at again when they may have changed.

    ``patience_s``: so long after a change a key may still count as before it. Not safe for threads.
    """

    def __init__(self, sources: Sources, patience_s: float = 1.0) -> None:
        self._sources, self._patience_s = sources, patience_s
        self._by_key: Mapping[str, Source] = {}
        self._version, self._looked = -1, -patience_s

    def stale(self) -> bool:
        """Whether it is time for ``look``."""
        return time.monotonic() - self._looked >= self._patience_s

    def look(self) -> None:
        """Reads the sources if they have changed. May block."""
        version = self._sources.version()
        if version != self._version:
            self._by_key, self._version = {one.write_key: one for one in self._sources.all()}, version
        self._looked = time.monotonic()

    def get(self, write_key: str) -> Source | None:
        """The source with a key."""
        return self._by_key.get(write_key)

    def origins(self) -> frozenset[str]:
        """The sites of all sources."""
        return frozenset(origin for one in self._by_key.values() for origin in one.origins)


def _check(name: str, origins: Sequence[str]) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            "“{name}” cannot be the name of a source.",
            fix="Use small letters, digits, - and _, as in web or shop-app.",
            name=name,
        )
    for origin in origins:
        if not _ORIGIN.fullmatch(origin.rstrip("/")):
            raise UsageError(
                "“{origin}” is not the address of a site.",
                fix="Write it as the browser names it, without a path: https://shop.example",
                origin=origin,
            )


def _one(connection: Connection, name: str) -> Source:
    row = connection.execute(select(source).where(source.c.name == name)).one_or_none()
    if row is None:
        raise UnknownName("source", name, connection.scalars(select(source.c.name)))
    return _source(row)


def _source(row: Row[Any]) -> Source:
    return Source(
        name=row.name,
        write_key=row.write_key,
        channel=row.channel,
        origins=tuple(json.loads(row.origins)),
        created_at=datetime.fromtimestamp(row.created_us / 1_000_000, UTC),
    )


def _changed(connection: Connection) -> None:
    connection.execute(update(sequence).where(sequence.c.name == "sources").values(last=sequence.c.last + 1))


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def _now_us() -> int:
    return time.time_ns() // 1000
