"""A fresh process that asks a shop one question loads no more than that question needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import small_shop
from periplo.workspace import Shop

NOT_NEEDED = {"pandas", "prometheus_client", "polars", "alembic", "duckdb", "litestar", "pyspark", "splink"}
FIRST = """
import gc, json, sys
import periplo
assert gc.isenabled()
periplo.open(sys.argv[1]).journeys().funnel("Product Viewed", "Order Completed", within="7d")
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_first_question_loads_what_it_needs(tmp_path: Path) -> None:
    shop = small_shop.copied(tmp_path)
    with Shop.open(shop) as opened:
        opened.journeys()
    done = subprocess.run([sys.executable, "-c", FIRST, str(shop)], stdout=subprocess.PIPE, check=True)
    assert NOT_NEEDED & {*json.loads(done.stdout)} == set()
