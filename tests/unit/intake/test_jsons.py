"""JSON built column by column is the JSON one would write row by row."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from periplo.intake.cells.jsons import json_lists, json_numbers, json_objects, json_texts

ROWS = st.lists(st.tuples(st.none() | st.text(max_size=4), st.none() | st.integers(-(10**9), 10**9)), min_size=1)


@given(ROWS)
def test_objects(rows: list[tuple[str | None, int | None]]) -> None:
    texts, numbers = pa.array([row[0] for row in rows], pa.string()), pa.array([row[1] for row in rows], pa.int64())
    for columns in ({"a": json_texts(texts)}, {"a": json_texts(texts), 'b"': json_numbers(numbers)}):
        found = json_objects(columns, len(rows)).to_pylist()
        named = [dict(zip(columns, (row[0], row[1] and row[1] / 1e6), strict=False)) for row in rows]
        wanted = [{key: value for key, value in row.items() if value is not None} or None for row in named]
        assert [text and json.loads(text) for text in found] == wanted


def test_lists() -> None:
    items = pa.array(["1", "2", "3"])
    assert json_lists(np.array([0, 2, 2, 3]), items).to_pylist() == ["[1,2]", "[]", "[3]"]
