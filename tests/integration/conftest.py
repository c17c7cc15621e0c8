"""A shop with a source, and a client of the server over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from periplo.server import create_app
from periplo.workspace import Shop
from support_collect import ORIGIN, Client


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        opened.sources.add("web", origins=[ORIGIN])
        yield opened


@pytest.fixture
def client(shop: Shop) -> Iterator[Client]:
    with TestClient(create_app(shop), base_url="http://127.0.0.1") as found:
        yield found


@pytest.fixture
def key(shop: Shop) -> str:
    return shop.sources.all()[0].write_key


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    """The folder of a shop that nobody has opened yet."""
    made = tmp_path / "shop"
    made.mkdir()
    (made / "periplo.toml").write_text('name = "Gifts"\n')
    return made
