"""What PostgreSQL needs that SQLite does not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache, partial
from importlib.util import find_spec
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, Table, create_engine, event, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from periplo.errors import MissingExtra

_MAKING, _WORKING = 7_302_461, 7_302_462
"""The numbers of the locks that those hold who make a schema, and who work alone."""

_TURN_S = 0.05
_FRESH_S = 0.1

_ALIVE = "-ctcp_keepalives_idle=30 -ctcp_keepalives_interval=10 -ctcp_keepalives_count=3"
"""A machine that is gone holds no lock for longer than a minute; PostgreSQL itself would wait for hours."""


def engine(url: URL, schema: str) -> Engine:
    """The database at a URL, where each room of the house has a schema of its own. Raises ``MissingExtra``."""
    if find_spec("psycopg") is None:
        raise MissingExtra("A shop in PostgreSQL needs psycopg.", fix='Install it: pip install "periplo[postgres]"')
    mine = {"options": f"-csearch_path={schema} {_ALIVE}"}
    made = create_engine(url.set(drivername="postgresql+psycopg"), connect_args=mine, hide_parameters=True)
    event.listen(made, "checkin", _left)
    event.listen(made, "checkout", partial(_look, made.dialect))
    return made


def _left(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["left_s"] = monotonic()


def _look(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Whether a connection lives that was let be for a while: the server may have been started anew meanwhile.

    Not each time, as the pool would by itself: a commit has few ways to the server, and this would be one more.
    """
    if monotonic() - record.info.get("left_s", monotonic()) < _FRESH_S:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def make_schema(connection: Connection, schema: str) -> None:
    """Makes the schema where there is none; of several who would, one at a time."""
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING})"))
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))


def lock(connection: Connection, wait_s: float) -> bool:
    """Takes the lock of those who work alone, which ends with the connection; False where others hold it so long."""
    until = monotonic() + wait_s
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({_WORKING})")):
        if monotonic() >= until:
            return False
        sleep(_TURN_S)
    return True


def locked(connection: Connection) -> bool:
    """Whether this connection still lives, and has that lock."""
    mine = f"locktype = 'advisory' AND objid = {_WORKING} AND pid = pg_backend_pid() AND granted"
    with suppress(SQLAlchemyError):
        return bool(connection.scalar(text(f"SELECT count(*) FROM pg_locks WHERE {mine}")))
    return False


def unlock(connection: Connection) -> None:
    """Gives that lock back, if need be by ending the connection."""
    try:
        connection.execute(text("SELECT pg_advisory_unlock_all()"))
    except SQLAlchemyError:
        connection.invalidate()


def insert(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """Inserts rows given column by column, in the order of the table's columns: one way to the server and back."""
    driver: Any = connection.connection.cursor()
    driver.execute(_insertion(table, connection.dialect), [list(column) for column in columns])


@cache
def _insertion(table: Table, dialect: Dialect) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    arrays = ", ".join(f"%b::{column.type.compile(dialect)}[]" for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays})'


def copy(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """The same for very many rows, given one by one, also where only the names of the columns are known."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.cursor()
    with driver.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as into:
        for row in rows:
            into.write_row(row)
