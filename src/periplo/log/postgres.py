"""What PostgreSQL needs that SQLite does not."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, text

from periplo.errors import MissingExtra

_MAKING = 7_302_461
"""The number of the lock that those who make a schema hold."""


def engine(url: URL, schema: str) -> Engine:
    """The database at a URL, where each room of the house has a schema of its own. Raises ``MissingExtra``."""
    if find_spec("psycopg") is None:
        raise MissingExtra("A shop in PostgreSQL needs psycopg.", fix='Install it: pip install "periplo[postgres]"')
    mine = {"options": f"-csearch_path={schema}"}
    return create_engine(
        url.set(drivername="postgresql+psycopg"), connect_args=mine, pool_pre_ping=True, hide_parameters=True
    )


def make_schema(connection: Connection, schema: str) -> None:
    """Makes the schema where there is none; of several who would, one at a time."""
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING})"))
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))


def copy(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows, whose values are in the order of the table's columns."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = connection.connection.cursor()
    with driver.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as into:
        for row in rows:
            into.write_row(row)
