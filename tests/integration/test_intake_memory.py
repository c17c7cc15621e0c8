"""The memory of an intake does not grow with its files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from periplo.intake import open_intake
from periplo.intake.making.sorting import SortedLines

BLOCK = 1 << 18
CLICKS = "event_time,event_type,product_id,user_id,user_session\n"
LINES = "order_id,date,sku,price,quantity,email\n"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.intake.files.blocks.BLOCK", BLOCK)
    monkeypatch.setattr("periplo.intake.making.sorting._ROWS", 1 << 10)
    monkeypatch.setattr("periplo.intake.intake.SortedLines", lambda scratch: SortedLines(scratch, 1 << 20))


def peak(path: Path) -> int:
    """The most bytes of columns held at a time, beyond those held before."""
    before = pa.total_allocated_bytes()
    return max(pa.total_allocated_bytes() - before for _ in open_intake([path]).batches())


def write(path: Path, header: str, row: str, rows: int) -> Path:
    with path.open("w") as file:
        file.write(header)
        file.writelines(row.format(n=n, order=n * 7919 % (rows // 3)) for n in range(rows))
    return path


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (CLICKS, "2019-10-01 00:00:00 UTC,view,{n},{order},s{n}\n"),
        (LINES, "{order},2024-01-01 10:00:00,S{n},1.50,1,c{order}@x.es\n"),
    ],
    ids=["clicks", "lines of orders torn apart"],
)
def test_many_rows_need_little_memory(tmp_path: Path, header: str, row: str) -> None:
    path = write(tmp_path / "a.csv", header, row, 120_000)
    assert peak(path) < 4 << 20, "the columns of all rows together would be about 26 MB"
