"""The schema of the log is the sum of its migrations, in a file and in PostgreSQL."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import periplo.log
from periplo.errors import DamagedShop
from periplo.log import open_log
from periplo.log.tables import HEAD, metadata


def test_schema_is_the_sum_of_the_migrations(place: str) -> None:
    with open_log(place).reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(periplo.log.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


def test_commits_are_on_disk_before_they_are_acknowledged(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.db").reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_database_of_a_newer_version_is_told(place: str) -> None:
    with open_log(place).writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DamagedShop, match="newer Periplo"), open_log(place).reading():
        pass


def test_any_path_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "tienda ñ #1 100%?a=b"
    folder.mkdir()
    with open_log(folder / "log.db").reading():
        pass
    assert (folder / "log.db").exists()
    with open_log(f"sqlite:///{tmp_path}/by_url.db").reading():
        pass
    assert (tmp_path / "by_url.db").exists()
