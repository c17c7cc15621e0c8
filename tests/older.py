"""Databases as older releases left them: the schema of a migration that came before, with the rows it has room for."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select

from periplo.log import Database, postgres

Rows = list[dict[str, object]]


def age(place: str, today: Database, revision: str) -> None:
    """Fills an empty database with what another holds, under the schema that stood at ``revision``."""
    older = Database(place, migrations=today._migrations, head=revision)
    with today.reading() as mine, older._writer.begin() as its:
        if its.dialect.name == "postgresql":
            postgres.make_schema(its, today._schema)
        _upgrade(its, today._migrations, revision)
        tables = MetaData()
        tables.reflect(its)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                _copy(mine, its, table)
    assert older.revision() == revision
    older.close()


def _upgrade(connection: Connection, migrations: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _copy(mine: Connection, its: Connection, table: Table) -> None:
    """The rows that can be in the older table: of those that its migrations put there, only these."""
    assert inspect(mine).has_table(table.name)
    [key] = [column.name for column in table.primary_key.columns][:1]
    there = set(its.scalars(select(table.c[key])))
    rows: Rows = [dict(row._mapping) for row in mine.execute(select(*table.columns))]
    must = [column.name for column in table.columns if not column.nullable]
    rows = [row for row in rows if all(row[name] is not None for name in must) and (not there or row[key] in there)]
    if there:
        its.execute(table.delete())
    if rows:
        its.execute(insert(table), rows)
