"""The pool of ready JSON fragments from which messages are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from periplo.simulator.arrays import I64


@dataclass(frozen=True)
class Naming:
    """A run of texts in the pool that each carry one identifier: text ``first + i`` carries ``values[i]``.

    A text whose value is None carries none. ``shared`` devices belong to several customers.
    """

    first: int
    kind: str
    values: pa.Array
    shared: bool


@dataclass
class Texts:
    """Texts by number; 0 is the empty text. Built once, then read as one Arrow array."""

    pieces: list[pa.Array] = field(default_factory=lambda: [pa.array([""])])
    size: int = 1
    namings: list[Naming] = field(default_factory=list)

    def add(self, texts: Sequence[str] | pa.Array) -> int:
        """Put texts into the pool, one behind the other; the number of the first."""
        first = self.size
        piece = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        self.pieces.append(piece)
        self.size += len(piece)
        return first

    def names(self, first: int, kind: str, values: Sequence[str | None] | pa.Array, *, shared: bool = False) -> None:
        """Say which identifier the texts from ``first`` on carry."""
        column = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
        self.namings.append(Naming(first, kind, column, shared))

    def one(self, text: str) -> int:
        return self.add([text])

    def array(self) -> pa.Array:
        return pa.concat_arrays(self.pieces)


def inside(data: dict[str, Any]) -> str:
    """The members of a JSON object without its braces."""
    return msgspec.json.encode(data).decode()[1:-1]


def more(data: dict[str, Any]) -> str:
    """Further members of a JSON object, with the comma before them."""
    return "," + inside(data) if data else ""


_HEX = np.array([f"{byte:02x}".encode() for byte in range(256)])


def hex_texts(seed: int, numbers: I64) -> pa.Array:
    """32 hexadecimal digits for each number: well mixed, equal for equal seed and number."""
    with np.errstate(over="ignore"):
        low = _mix(numbers.astype(np.uint64) * np.uint64(2) + _mix(np.array([seed], np.uint64)))
        high = _mix(low + np.uint64(0x9E3779B97F4A7C15))
    digits = _HEX[np.column_stack([low, high]).view(np.uint8).reshape(len(numbers), 16)]
    return fixed_texts(digits.tobytes(), 32)


def fixed_texts(data: bytes, width: int) -> pa.Array:
    """Texts of one width, lying one behind the other."""
    count = len(data) // width
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def _mix(x: np.ndarray[Any, np.dtype[np.uint64]]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The output function of splitmix64 (Steele, Lea and Flood)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
