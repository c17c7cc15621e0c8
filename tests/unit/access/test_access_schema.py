"""The schema of access.db is the sum of its migrations, and its audit log only grows."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import periplo.access
from periplo.access import Access, By
from periplo.access.tables import HEAD, metadata
from periplo.errors import DamagedShop


def test_schema_is_the_sum_of_the_migrations(empty: Access) -> None:
    with empty.people._workspace.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(periplo.access.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit_log(empty: Access, change: str) -> None:
    empty.audit.note(By("ana"), "sign_in")
    with (
        pytest.raises(DamagedShop, match="append-only"),
        empty.people._workspace.database.writing() as connection,
    ):
        connection.execute(text(change))
    assert [entry.who for entry in empty.audit.list()] == ["ana"]


def test_what_visitors_write_cannot_forge_a_line(empty: Access) -> None:
    empty.audit.note(By("ana\r\n2026-01-01 owner"), "sign_in", "x" * 10_000)
    (entry,) = empty.audit.list()
    assert "\n" not in entry.who
    assert len(entry.target) == 300


def test_lines_come_newest_first_and_page_by_page(empty: Access) -> None:
    for n in range(5):
        empty.audit.note(By("ana"), "sign_in", str(n))
    first = empty.audit.list(limit=3)
    assert [entry.target for entry in first] == ["4", "3", "2"]
    assert [entry.target for entry in empty.audit.list(before=first[-1].seq)] == ["1", "0"]


def test_looking_for_people_makes_no_file(tmp_path: Path) -> None:
    assert Access(tmp_path / "access.db").deserted()
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_nowhere_in_the_file(access: Access, tmp_path: Path) -> None:
    session = access.entrance.sign_in("owner@shop.example", "mi perro come lechuga", "192.0.2.1")
    _, token = access.tokens.make("ci", periplo.access.ALL, 1, By("ana"))
    link = access.links.invite("new@shop.example", periplo.access.Role.VIEWER, By("ana"))
    access.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (session, token.removeprefix("periplo_"), link, "mi perro come lechuga"):
        assert secret.encode() not in kept
