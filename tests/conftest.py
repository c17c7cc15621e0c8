"""Makes ``tests/support.py`` importable from every test folder as ``support``; property tests repeat exactly.

What holds in SQLite holds in PostgreSQL: tests that ask for ``database`` run over both."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# A kernel compiles in its first example, so a deadline would fail on a fresh machine only.
settings.register_profile("periplo", deadline=None, derandomize=True)
settings.load_profile("periplo")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the shop that a test makes keeps its log, state and people: in files of its own (empty), then in PostgreSQL
    at this URL, also for other processes of the test."""
    if request.param == "sqlite":
        yield ""
        return
    import postgres  # which is slow to load

    with postgres.filled() as url:
        monkeypatch.setenv("PERIPLO_DATABASE", url)
        yield url


@pytest.fixture
def place(database: str, tmp_path: Path) -> str:
    """The URL of a database for one room of the house alone: an SQLite file, then one in PostgreSQL."""
    return database or f"sqlite:///{tmp_path}/kept.db"
