"""A workspace with a clock that is set by hand, and one person of each role."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from periplo.access import Access
from support_access import Clock, peopled, quick_hashes


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "test_passwords" not in request.path.name:
        quick_hashes(monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Iterator[Access]:
    access = Access(tmp_path / "access.db", now_us=clock)
    yield access
    access.close()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> Iterator[Access]:
    access = Access(peopled(tmp_path), now_us=clock)
    yield access
    access.close()
