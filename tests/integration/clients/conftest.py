"""One served shop for all SDKs; each has a source of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from periplo.workspace import Shop
from serving import Served, served


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(tmp_path_factory.mktemp("sdks") / "shop", create=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(shop: Shop) -> Iterator[Served]:
    with served(shop.path) as running:
        yield running
