"""The small shop with one person of each role, visited from another machine; passwords cost no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.workspace import Shop
from support_access import Browser, from_elsewhere, peopled_shop, quick_hashes, session


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with peopled_shop(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    with from_elsewhere(shop) as opened:
        yield opened


@pytest.fixture
def owner(shop: Shop, client: TestClient[Any]) -> Browser:
    return Browser(client, session(shop.access, "owner@shop.example"))
