"""Finding the ids of texts among millions: a hash table over Arrow's own bytes, which grows in layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from periplo.identity.kernels.finding import fill, hashes, seek
from periplo.identity.kinds import I32, I64
from periplo.operation.shelf import Shelf, release

U16 = NDArray[np.uint16]

UNSEEN, UNLIMITED = -1, 1 << 31
MOST_SHELVED = 1 << 19
"""A layer on a shelf with so many texts is not made larger."""

_MOST_BYTES = 1 << 30
"""Letters of so many bytes are told apart by offsets of 32 bits."""


@dataclass(frozen=True)
class TextIndex:
    """Texts and the id of each; of equal texts the first counts. Never changed: ``plus`` gives another.

    On a ``shelf`` its layers lie out of memory, and are made of no more texts than can be put together there.
    """

    layers: tuple[_Layer, ...] = ()
    shelf: Shelf | None = None

    def plus(self, texts: pa.Array | pa.ChunkedArray, ids: I64) -> TextIndex:
        """With more texts. Layers that are not much larger than what comes are joined with it, so there are few."""
        kept, parts, numbers = list(self.layers), [*_chunks(texts)], [ids.astype(np.int32)]
        while kept and len(kept[-1].ids) < min(4 * sum(map(len, numbers)), MOST_SHELVED if self.shelf else UNLIMITED):
            last = kept.pop()
            parts, numbers = [last.texts, *parts], [last.ids, *numbers]
        if sum(map(len, numbers)):
            kept.append(_Layer.of(_together(parts), np.concatenate(numbers), self.shelf))
        return replace(self, layers=tuple(kept))

    def find(self, texts: pa.Array | pa.ChunkedArray) -> I64:
        """int64, the id of each text; ``UNSEEN`` for one that is not here, and for null."""
        found = np.full(len(texts), UNSEEN, np.int64)
        begin = 0
        for chunk in _chunks(texts):
            mine = found[begin : begin + len(chunk)]
            self._seek(chunk, mine)
            if chunk.null_count:
                mine[pc.is_null(chunk).to_numpy(zero_copy_only=False)] = UNSEEN
            begin += len(chunk)
        return found

    def _seek(self, texts: pa.Array, found: I64) -> None:
        if not self.layers:
            return
        if pa.types.is_large_string(texts.type) and texts.nbytes < _MOST_BYTES:
            texts = texts.cast(pa.string())  # the kernel compiles for one kind
        wanted = _bytes(texts)
        hashed = hashes(*wanted)
        for layer in self.layers:
            seek(layer.table, layer.marks, *_bytes(layer.texts), layer.ids, *wanted, hashed, found)
            release(layer.marks)

    def texts_of(self, ids: I64) -> dict[int, str]:
        """The first text of each of these ids that is here."""
        found: dict[int, str] = {}
        for layer in self.layers:
            at = np.flatnonzero(np.isin(layer.ids, ids))
            for one, text in zip(layer.ids[at].tolist(), layer.texts.take(pa.array(at)).to_pylist(), strict=True):
                found.setdefault(one, text)
        return found

    def beginning_with(self, start: str) -> I64:
        """The ids of the texts that begin so."""
        at = [layer.ids[pc.starts_with(layer.texts, start).to_numpy(zero_copy_only=False)] for layer in self.layers]
        return np.concatenate([np.zeros(0, np.int64), *at])


@dataclass(frozen=True)
class _Layer:
    """``table`` int32[a power of 2]: which text lies there, each at the next free place after its hash; ``marks``
    uint16 of what lies there, 0 for none."""

    texts: pa.Array
    ids: I32
    table: I32
    marks: U16

    @classmethod
    def of(cls, texts: pa.Array, ids: I32, shelf: Shelf | None) -> _Layer:
        size = 1 << (4 * len(texts) // 3).bit_length()
        table, marks, (letters, bounds) = np.zeros(size, np.int32), np.zeros(size, np.uint16), _bytes(texts)
        fill(table, marks, hashes(letters, bounds), letters, bounds)
        if shelf:
            letters, bounds, ids, table, marks = shelf.keep(letters, bounds, ids, table, marks)
            texts = pa.Array.from_buffers(texts.type, len(ids), [None, pa.py_buffer(bounds), pa.py_buffer(letters)])
        ids.flags.writeable = table.flags.writeable = marks.flags.writeable = False  # all alike, so that kernels
        return cls(texts, ids, table, marks)  # compile once


def _chunks(texts: pa.Array | pa.ChunkedArray) -> Iterator[pa.Array]:
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return (chunk for chunk in chunks if len(chunk))


def _together(parts: list[pa.Array]) -> pa.Array:
    """All of them in one, with offsets as small as they can be."""
    letters = sum(int(bounds[-1] - bounds[0]) for _, bounds in map(_bytes, parts))
    kind = pa.string() if letters < _MOST_BYTES else pa.large_string()
    return pa.concat_arrays([part.cast(kind) for part in parts])


def _bytes(texts: pa.Array) -> tuple[Any, Any]:
    """The letters of all texts, and where each begins and ends (int32 or int64)."""
    _, offsets, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    letters, bounds = np.frombuffer(data or b"", np.uint8), np.frombuffer(offsets, width)
    letters.flags.writeable = bounds.flags.writeable = False  # all alike, so that kernels compile once
    return letters, bounds[texts.offset : texts.offset + len(texts) + 1]
