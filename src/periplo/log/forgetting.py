"""PostgreSQL made to forget what was deleted, as far as a client can reach: rows, what it noted of their values, and
its write-ahead log."""

from __future__ import annotations

from time import monotonic, sleep

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from periplo.errors import ShopBusy

_TURN_S = 0.05
_OLDER = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(CAST(:now AS text) AS xid))
"""
_TEXTS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = :schema AND data_type IN ('text', 'bytea') ORDER BY 1, 2
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY 1"
_FILES = "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name >= pg_walfile_name(:at)"


def rewrite(connection: Connection, schema: str, wait_s: float) -> None:
    """Writes the tables of a schema anew, outside of a transaction. Raises ``ShopBusy`` where somebody reads for longer
    than ``wait_s`` seconds: what they may still see would be written again."""
    _wait_for_readers(connection, wait_s)
    for table, column, kind in connection.execute(text(_TEXTS), {"schema": schema}).all():
        # Its most common values are kept for the planner; a column that gets a type, also its own, loses them.
        connection.execute(text(f'ALTER TABLE "{schema}"."{table}" ALTER COLUMN "{column}" TYPE {kind}'))
    for table in connection.scalars(text(_TABLES), {"schema": schema}).all():
        connection.execute(text(f'VACUUM (FULL) "{schema}"."{table}"'))
    connection.execute(text("VACUUM (FULL) pg_catalog.pg_statistic"))


def overwrite_log(connection: Connection) -> bool:
    """Puts what was written until now out of the write-ahead log, outside of a transaction; False where the role may
    not do that. Old files of it wait to be used again, as they are: each is filled with nothing, up to its end."""
    try:
        connection.execute(text("SELECT pg_switch_wal()"))
        connection.execute(text("CHECKPOINT"))
        at = connection.scalar(text("SELECT CAST(pg_current_wal_lsn() AS text)"))
        for _ in connection.scalars(text(_FILES), {"at": at}).all():
            connection.execute(text("SELECT pg_logical_emit_message(true, 'periplo', '')"))
            connection.execute(text("SELECT pg_switch_wal()"))
    except ProgrammingError:
        return False
    return True


def _wait_for_readers(connection: Connection, wait_s: float) -> None:
    now = connection.scalar(text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)"))
    until = monotonic() + wait_s
    while connection.scalar(text(_OLDER), {"now": now}):
        if monotonic() > until:
            raise ShopBusy(
                "{name} is being read all the time.",
                fix="Stop what reads it, and run this again.",
                name=connection.engine.url.database,
            )
        sleep(_TURN_S)
