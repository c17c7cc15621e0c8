"""The schema of the state is the sum of its migrations, in a file and in PostgreSQL."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import periplo.identity
from periplo.identity import open_state
from periplo.identity.tables import HEAD, metadata


def test_schema_is_the_sum_of_the_migrations(place: str) -> None:
    with open_state(place).reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(periplo.identity.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD
