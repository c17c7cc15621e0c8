"""Identity on a database, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from periplo.identity import Identity
from support_identity import Row, events, open_identity, sets


@pytest.fixture
def identity(place: str) -> Identity:
    return open_identity(place)


@pytest.fixture
def feed(identity: Identity) -> Callable[..., list[int]]:
    """Gives rows to identity as the next events, and answers the customers of these."""

    def follow(*rows: Row) -> list[int]:
        start = identity.cursor()
        identity.follow(start + len(rows), lambda *_: [sets(rows, start + 1)])
        return identity.customers_of(events(rows)).tolist()

    return follow
