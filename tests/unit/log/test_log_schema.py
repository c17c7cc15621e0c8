"""The schema of log.db is the sum of its migrations."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import periplo.log
from periplo.log import open_log
from periplo.log.tables import HEAD, metadata


def test_schema_is_the_sum_of_the_migrations(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.db").reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(periplo.log.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


def test_commits_are_on_disk_before_they_are_acknowledged(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.db").reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
