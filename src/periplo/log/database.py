"""A database by URL: opened, brought up to date by its packaged migrations, and tuned for what we ask of it.

SQLite by a path, PostgreSQL by a URL: the statements of the rooms are plain SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError

from periplo.errors import DamagedShop, ShopBusy
from periplo.log import forgetting, postgres
from periplo.log.copying import copy_rows, copy_sqlite
from periplo.log.troubles import told

BUSY_SECONDS = 60
_ONE_AT_A_TIME = Lock()
"""Alembic knows one migration of a process at a time; databases of several shops are opened by several threads."""

_TURN_S = 0.01
_PART_EMPTY, _PAGES_AT_ONCE = 4, 1_000
"""A file gives space back when a quarter of it is empty, so many pages at a time."""

_GIVES_BACK = "PRAGMA auto_vacuum = INCREMENTAL"
"""That it can is decided before anything is in it, or when all of it is written anew."""


class Database:
    """One database, the path of an SQLite file or a database URL, with its schema at ``head``, the newest migration in
    the package folder ``migrations``.

    Every transaction is either ``reading()`` (sees one moment, waits for nobody) or ``writing()`` (when the block ends
    all of it is durable, or none of it happened; one at a time in SQLite, while in PostgreSQL they wait for each other
    only at the rows they share). Raises ``DamagedShop`` and ``ShopBusy``.
    """

    def __init__(self, place: Path | str, *, migrations: str, head: str) -> None:
        self._schema = migrations.partition(":")[0].rpartition(".")[2]
        self._engine = _engine(place, self._schema)
        self._writer = self._engine.execution_options(periplo_writes=True)
        one_moment = {} if self._engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reader = self._engine.execution_options(**one_moment)
        self._migrations, self._head, self._ready = migrations, head, False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction(self._reader) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._transaction(self._writer) as connection:
            yield connection

    def revision(self) -> str | None:
        """The migration the schema stands at, None for an empty database."""
        with self._engine.connect() as connection:
            return _revision(connection)

    def check(self) -> None:
        """Whether it answers, and has the schema of this release. Raises ``ShopBusy``, ``DamagedShop``."""
        with self.reading() as connection:
            if _revision(connection) != self._head:
                raise _newer(connection.engine)

    def size(self) -> int:
        """In bytes: the SQLite file with its write-ahead log, or the whole PostgreSQL database."""
        file = self._engine.url.database or ""
        if self._engine.dialect.name == "sqlite":
            return sum(one.stat().st_size for one in (Path(file), Path(f"{file}-wal")) if one.exists())
        with self.reading() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)

    def copy_to(self, file: Path) -> None:
        """Writes what the database holds at one moment into a new SQLite file. Raises ``CannotWrite``."""
        if self._engine.dialect.name == "sqlite":
            self.check()
            copy_sqlite(Path(self._engine.url.database or ""), file)
            return
        copy = Database(file, migrations=self._migrations, head=self._head)
        with self.reading() as mine, copy.writing() as its:
            copy_rows(mine, its)
        copy.compact()
        copy.close()

    def copy_from(self, file: Path) -> None:
        """Puts what an SQLite file holds in the place of what this PostgreSQL database holds, in one transaction."""
        copy = Database(file, migrations=self._migrations, head=self._head)
        with copy.reading() as its, self.writing() as mine:
            mine.execute(text(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE'))
            postgres.make_schema(mine, self._schema)
            migrate(mine, self._migrations)
            copy_rows(its, mine)
        copy.close()

    def holds_anything(self) -> bool:
        """Whether the database has been used; looking does not make it."""
        with self._engine.connect() as connection:
            return _revision(connection) is not None

    @contextmanager
    def alone(self, wait_s: float) -> Iterator[Callable[[], bool] | None]:
        """Lets at most one process into such a block, and gives it what tells whether it still is the only one; None
        where others are in one for ``wait_s`` seconds. For PostgreSQL."""
        with self._told(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mine = postgres.lock(connection, wait_s)
            try:
                yield partial(postgres.locked, connection) if mine else None
            finally:
                postgres.unlock(connection)

    def problems(self) -> list[str]:
        """What an SQLite file's own check finds wrong with it; nothing for other databases, which check themselves."""
        if self._engine.dialect.name != "sqlite":
            return []
        with self.reading() as connection:
            found = connection.scalars(text("PRAGMA quick_check")).all()
        return [problem for problem in found if problem != "ok"]

    def compact(self) -> None:
        """Writes the database anew, so that nothing deleted is left in it, in free pages or in the write-ahead log.

        Waits for those who are just reading. Raises ``ShopBusy``.
        """
        with self._told():
            self._make_ready()
            self._compact()

    def _compact(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self._engine.dialect.name != "sqlite":
                forgetting.rewrite(connection, self._schema, BUSY_SECONDS)
                return
            raw: Any = connection.connection.driver_connection
            raw.execute(_GIVES_BACK)
            raw.execute("VACUUM")
            until = monotonic() + BUSY_SECONDS
            while raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if monotonic() > until:
                    raise ShopBusy(
                        "{name} is being read all the time.",
                        fix="Stop what reads it, and run this again.",
                        name=Path(self._engine.url.database or "").name,
                    )
                sleep(_TURN_S)

    def give_back(self) -> int:
        """Gives some of the empty pages of an SQLite file back to the disk, where they are a good part of it; answers
        how many. New rows take the rest. PostgreSQL's autovacuum does as much by itself."""
        if self._engine.dialect.name != "sqlite":
            return 0
        with self._told(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw: Any = connection.connection.driver_connection
            pages, empty = (raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
            if empty * _PART_EMPTY < pages or empty < _PAGES_AT_ONCE:
                return 0
            # Not execute(), which stops after the first page.
            raw.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            return int(empty - raw.execute("PRAGMA freelist_count").fetchone()[0])

    def overwrite(self) -> bool:
        """After ``compact``: lets nothing of what was deleted stay in the write-ahead log of PostgreSQL either; whether
        the shop's role may do that. SQLite's is gone already."""
        if self._engine.dialect.name == "sqlite":
            return True
        with self._told(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return forgetting.overwrite_log(connection)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with self._told():
            self._make_ready()
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, self._engine.dialect.loaded_dbapi.DatabaseError) as error:
            raise told(error, self._engine) from error

    def _make_ready(self) -> None:
        if not self._ready and self.revision() != self._head:
            with self._writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    postgres.make_schema(connection, self._schema)
                if _revision(connection) != self._head:
                    migrate(connection, self._migrations)
        self._ready = True


def writes(connection: Connection) -> bool:
    """Whether a transaction is a ``writing()`` one."""
    return bool(connection.get_execution_options().get("periplo_writes"))


def migrate(connection: Connection, migrations: str) -> None:
    """Runs the migrations of ``migrations`` ("package:folder") that the database has not seen yet."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", migrations)
    config.attributes["connection"] = connection
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    except CommandError as error:
        raise _newer(connection.engine) from error


def _newer(engine: Engine) -> DamagedShop:
    name = Path(engine.url.database or "").name
    return DamagedShop(
        "{name} was written by a newer Periplo.", fix="Update Periplo to the version that wrote it.", name=name
    )


def run_migrations() -> None:
    """What a migration environment (``env.py``) does: the wanted steps, inside the transaction it was given."""
    from alembic import context

    context.configure(connection=context.config.attributes["connection"])
    context.run_migrations()


def _engine(place: Path | str, schema: str) -> Engine:
    url = URL.create("sqlite", database=str(place)) if isinstance(place, Path) else make_url(place)
    if url.get_backend_name() == "postgresql":
        return postgres.engine(url, schema)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _tune(connection: Any, _record: Any) -> None:
    # Transactions begin in _begin: the driver itself would open none before a SELECT.
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        connection.execute(_GIVES_BACK)
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Changing the mode of a new file, SQLite does not wait for others who do the same, as it does everywhere else."""
    until = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > until:
                raise
            sleep(_TURN_S)


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: turning a reader into a writer later could fail instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes(connection) else "BEGIN")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
