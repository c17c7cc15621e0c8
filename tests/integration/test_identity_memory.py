"""The memory in which identity reads far, or a little more of much, does not grow with the identifiers there are."""

from __future__ import annotations

from support_memory import largest_kilobytes

CODE = """
import resource, sys
from pathlib import Path
from tempfile import TemporaryDirectory
import numpy as np
import pyarrow as pa
from periplo.identity import SETS, identity as far, texts as layers
from periplo.operation.shelf import sparing_memory
from support_identity import open_identity

def sets(first, count=20_000):
    texts = pa.array(np.arange(first, first + count)).cast(pa.string())
    join = pa.compute.binary_join_element_wise
    given = {"user_id": join("account", texts, "-"), "email": join(texts, "example.com", "@"),
             "seq": pa.array(np.arange(first, first + count) + 1)}
    names = (given.get(field.name, pa.nulls(count, field.type)) for field in SETS)
    return pa.table([*names], schema=SETS)

far.FAR, layers.MOST_SHELVED, rows = 0, 20_000, int(sys.argv[1])
with TemporaryDirectory() as folder:
    identity = open_identity(Path(folder) / "state.db")
    identity.follow(rows, lambda *_: map(sets, range(0, rows, 20_000)))
    assert identity.totals().persons == rows
    far.FAR, far.NEAR_PARTS = 250_000, 3
    with sparing_memory():
        later = open_identity(Path(folder) / "state.db")
        later.follow(rows + 20_000, lambda *_: [sets(rows)])
        assert later.totals().persons == rows + 20_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
SMALL, LARGE = 60_000, 300_000
MOST_KB = 25_000
"""In memory, what came with them took more than twice as much."""


def test_five_times_the_people_take_no_more_memory() -> None:
    small, large = largest_kilobytes(CODE, SMALL), largest_kilobytes(CODE, LARGE)
    assert large - small < MOST_KB, (small, large)
