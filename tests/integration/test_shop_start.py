"""A fresh process that asks a shop one question loads no more than that question needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import small_shop
from periplo.workspace import Shop

NOT_NEEDED = {
    "pandas",
    "prometheus_client",
    "polars",
    "alembic",
    "duckdb",
    "litestar",
    "pyspark",
    "splink",
    "scipy.linalg",
}
FIRST = """
import gc, json, sys
import periplo
assert gc.isenabled()
periplo.open(sys.argv[1]).journeys().funnel("Product Viewed", "Order Completed", within="7d")
print(json.dumps(sorted({*sys.modules})))
"""
LINEAR = """
import numba, numpy
import periplo
print(numba.njit(lambda a: numpy.dot(numpy.linalg.inv(a), a))(numpy.array([[2.0, 1.0], [1.0, 3.0]])).round(9).tolist())
"""


def test_a_first_question_loads_what_it_needs(tmp_path: Path) -> None:
    shop = small_shop.copied(tmp_path)
    with Shop.open(shop) as opened:
        opened.journeys()
    assert NOT_NEEDED & {*json.loads(printed(FIRST, str(shop)))} == set()


def test_others_still_compile_linear_algebra() -> None:
    assert json.loads(printed(LINEAR)) == [[1.0, 0.0], [0.0, 1.0]]


def printed(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
