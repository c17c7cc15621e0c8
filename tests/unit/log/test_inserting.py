"""Rows go into SQLite as they are, however many of their values are told once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from periplo.log import open_log
from periplo.log.inserting import MOST_AT_ONCE, Same, insert, insert_sqlite
from periplo.log.tables import event

ROWS = 2 * MOST_AT_ONCE + 3
IDS = [f"m{row}" for row in range(ROWS)]


@pytest.mark.parametrize(
    "columns",
    [
        [range(7, 7 + ROWS), Same("web", ROWS), IDS, Same(None, ROWS)],
        [range(7, 7 + ROWS), [f"app{row // 300}" for row in range(ROWS)], IDS, [None] * (ROWS - 1) + [b"last"]],
        [list(range(ROWS, 0, -1)), ["web"] + ["app"] * (ROWS - 2) + ["web"], IDS, [b"same"] * ROWS],
        [[*range(1, ROWS + 1)], IDS, Same("m", ROWS), [None] * ROWS],
        [range(5, 6), Same("web", 1), Same("m", 1), Same(None, 1)],
    ],
)
def test_rows_come_back_as_they_were(tmp_path: Path, columns: list[Sequence[Any]]) -> None:
    database, rows = open_log(tmp_path / "log.db"), sorted(zip(*columns, strict=True))
    for put, given in ((insert, columns), (insert_sqlite, rows)):
        with database.writing() as connection:
            connection.execute(event.delete())
            put(connection, event, given)
        with database.reading() as connection:
            assert [tuple(row) for row in connection.execute(select(event).order_by(event.c.seq))] == rows
    database.close()
