"""A fresh process that asks a shop one question loads no more than that question needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
COMMAND = """
import json, sys
from contextlib import suppress
from periplo.cli import main
sys.argv[1:] = ["funnel", sys.argv[1], "--step", "Product Viewed", "--step", "Order Completed", "--json"]
with suppress(SystemExit):
    main()
print(json.dumps(sorted({*sys.modules})))
"""
LINEAR = """
import numba, numpy
import periplo
print(numba.njit(lambda a: numpy.dot(numpy.linalg.inv(a), a))(numpy.array([[2.0, 1.0], [1.0, 3.0]])).round(9).tolist())
"""


@pytest.mark.parametrize("asking", [FIRST, COMMAND])
def test_a_first_question_loads_what_it_needs(asking: str, tmp_path: Path) -> None:
    shop = small_shop.copied(tmp_path)
    with Shop.open(shop) as opened:
        opened.journeys()
    assert NOT_NEEDED & {*json.loads(printed(asking, str(shop)).splitlines()[-1])} == set()


def test_others_still_compile_linear_algebra() -> None:
    assert json.loads(printed(LINEAR)) == [[1.0, 0.0], [0.0, 1.0]]


def printed(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
