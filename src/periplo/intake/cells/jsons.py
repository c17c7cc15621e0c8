"""JSON objects built column by column."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake.cells.amounts import MILLION
from periplo.intake.model import I64
from periplo.vocabulary.vectors import map_distinct


def json_texts(column: pa.Array) -> pa.Array:
    """Text values as JSON strings, in their quotes."""
    return map_distinct(column, lambda value: msgspec.json.encode(value).decode())


def json_numbers(millionths: pa.Array) -> pa.Array:
    """Millionths (nullable int64) as JSON numbers: ``6``, ``0.75``."""
    values, there = pc.fill_null(millionths, 0).to_numpy(zero_copy_only=False), millionths.is_valid()
    whole = pa.array(values // MILLION).cast(pa.string())
    if (values % MILLION).any():
        unit: I64 = np.unique(values)
        texts = pa.array([f"{number / MILLION:.6f}".rstrip("0").rstrip(".") for number in unit.tolist()])
        whole = texts.take(pa.array(np.searchsorted(unit, values)))
    return pc.if_else(there, whole, pa.scalar(None, pa.string()))


def json_objects(columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Objects of JSON values; what is null is left out, an object with nothing in it is null."""
    if not columns:
        return pa.nulls(rows, pa.string())
    parts = [
        pc.binary_join_element_wise(f"{msgspec.json.encode(name).decode()}:", column, "")
        for name, column in columns.items()
    ]
    # The empty text comes first because Arrow leaves out rows in which everything is null.
    joined = pc.binary_join_element_wise("", *parts, ",", null_handling="skip")
    inside = pc.utf8_slice_codeunits(joined, 1)
    objects = pc.binary_join_element_wise("{", inside, "}", "")
    return pc.if_else(pc.equal(inside, ""), pa.scalar(None, pa.string()), objects)


def json_lists(offsets: I64, items: pa.Array) -> pa.Array:
    """Lists of JSON values: list i is made of ``items[offsets[i]:offsets[i+1]]``."""
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
    return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")
