"""A shop with a connector of each kind, and a client of the server over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from periplo.server import create_app
from periplo.workspace import Shop
from support_collect import Client
from support_webhooks import ERP, SECRET, SETTINGS


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("WOO_SECRET", SECRET)
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "periplo.toml").write_text('name = "x"\ncountry = "ES"\n' + SETTINGS, "utf-8")
    (folder / "erp.yaml").write_text(ERP, "utf-8")
    with Shop.open(folder) as opened:
        yield opened


@pytest.fixture
def client(shop: Shop) -> Iterator[Client]:
    with TestClient(create_app(shop), base_url="http://127.0.0.1") as found:
        yield found
