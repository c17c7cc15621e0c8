"""Columns as clean text: trimmed, empty words gone, numbers without a needless ``.0``."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_NOTHING = ("", "null", "NULL", "Null", "nan", "NaN", "NAN", "None", "none", "N/A", "n/a", "#N/A", "\\N")
_WHOLE = r"^(-?\d+)\.0+$"


def text(column: pa.Array) -> pa.Array:
    """Any column as ``pa.string()``; blanks and words for "nothing" (NULL, NaN, N/A) become null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return text(column.dictionary).take(column.indices)
    if pa.types.is_floating(kind):
        return pc.replace_substring_regex(text(column.cast(pa.string())), _WHOLE, r"\1")
    if pa.types.is_nested(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pa.array([None if v is None else v.decode("utf-8", "replace") for v in column.to_pylist()])
    coded = column.cast(pa.string()).dictionary_encode()
    trimmed = pc.utf8_trim_whitespace(coded.dictionary)
    clean = pc.if_else(pc.is_in(trimmed, pa.array(_NOTHING)), pa.scalar(None, pa.string()), trimmed)
    return clean.take(coded.indices)


def identifier(column: pa.Array) -> pa.Array:
    """Text of an id: ``17850.0`` (a spreadsheet's number) is ``17850``, a leading apostrophe is dropped."""
    if not pa.types.is_string(column.type):
        return text(column)
    coded = text(column).dictionary_encode()
    plain = pc.replace_substring_regex(pc.utf8_ltrim(coded.dictionary, "'"), _WHOLE, r"\1")
    return plain.take(coded.indices)


def coalesce(columns: list[pa.Array]) -> pa.Array:
    """Per row the first value there is."""
    return columns[0] if len(columns) == 1 else pc.coalesce(*columns)
