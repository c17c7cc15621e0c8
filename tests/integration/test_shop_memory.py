"""The memory of an import does not grow with its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support_memory import largest_kilobytes
from support_shop import message

CODE = """
import resource, sys
from periplo.workspace import Shop
with Shop.open(sys.argv[2], create=True) as shop:
    report = shop.import_files([sys.argv[1]])
assert report.accepted == int(sys.argv[3]), report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
NOTE = "x" * 700


def messages(count: int) -> Iterator[str]:
    """Messages of always the same people, each a kilobyte."""
    for number in range(count):
        shown = {"product_id": f"p{number % 500}", "note": f"{number} {NOTE}"}
        yield json.dumps(message(number, anonymousId=f"a{number % 1000}", properties=shown))


def lines(count: int) -> Iterator[str]:
    """Lines of orders, four to an order and far apart."""
    yield "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    for number in range(count):
        order = number % (count // 4)
        yield f"{order},S{number % 500},Mug {NOTE[:200]},1,2024-05-01 10:00:00,3.50,{order % 1000},Spain"


FILES = [(messages, 40_000, 160_000), (lines, 120_000, 360_000)]
"""Rows of a file that fills all buffers, those of lines are the larger ones, and of one several times as large."""


def peak_kilobytes(tmp_path: Path, rows: Callable[[int], Iterator[str]], count: int) -> int:
    file = tmp_path / f"{count}.txt"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{row}\n" for row in rows(count))
    return largest_kilobytes(CODE, file, tmp_path / f"shop{count}", count)


@pytest.mark.parametrize(("rows", "small", "large"), FILES)
def test_a_file_several_times_as_large_takes_no_more_memory(
    tmp_path: Path, rows: Callable[[int], Iterator[str]], small: int, large: int
) -> None:
    little, much = peak_kilobytes(tmp_path, rows, small), peak_kilobytes(tmp_path, rows, large)
    assert much < little * 1.25, (little, much)
