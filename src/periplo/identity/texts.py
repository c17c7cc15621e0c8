"""Finding the ids of texts among millions: a hash table over Arrow's own bytes, which grows in layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.kernels import fill, seek
from periplo.identity.kinds import I64

UNSEEN = -1


@dataclass(frozen=True)
class TextIndex:
    """Texts and the id of each; of equal texts the first counts. Never changed: ``plus`` gives another."""

    layers: tuple[_Layer, ...] = ()

    def plus(self, texts: pa.Array | pa.ChunkedArray, ids: I64) -> TextIndex:
        """With more texts. Layers that are not much larger than what comes are joined with it, so there are few."""
        kept, parts, numbers = list(self.layers), [*_chunks(texts)], [ids]
        while kept and len(kept[-1].ids) < 4 * sum(map(len, numbers)):
            last = kept.pop()
            parts, numbers = [last.texts, *parts], [last.ids, *numbers]
        if sum(map(len, numbers)):
            kept.append(_Layer.of(pa.concat_arrays(parts), np.concatenate(numbers)))
        return TextIndex(tuple(kept))

    def find(self, texts: pa.Array | pa.ChunkedArray) -> I64:
        """int64, the id of each text; ``UNSEEN`` for one that is not here, and for null."""
        found = np.full(len(texts), UNSEEN, np.int64)
        begin = 0
        for chunk in _chunks(texts):
            mine = found[begin : begin + len(chunk)]
            for layer in self.layers:
                layer.seek(chunk, mine)
            if chunk.null_count:
                mine[pc.is_null(chunk).to_numpy(zero_copy_only=False)] = UNSEEN
            begin += len(chunk)
        return found


@dataclass(frozen=True)
class _Layer:
    """``table`` int32[a power of 2]: which text lies there, -1 for none, each at the next free place after its hash."""

    texts: pa.Array
    ids: I64
    table: Any

    @classmethod
    def of(cls, texts: pa.Array, ids: I64) -> _Layer:
        table = np.full(1 << (2 * len(texts)).bit_length(), UNSEEN, np.int32)
        fill(table, *_bytes(texts))
        return cls(texts, ids, table)

    def seek(self, texts: pa.Array, found: I64) -> None:
        seek(self.table, *_bytes(self.texts), self.ids, *_bytes(texts), found)


def _chunks(texts: pa.Array | pa.ChunkedArray) -> Iterator[pa.Array]:
    """In one kind of text, whose offsets have 64 bits."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return (chunk.cast(pa.large_string()) for chunk in chunks if len(chunk))


def _bytes(texts: pa.Array) -> tuple[Any, I64]:
    """The letters of all texts, and where each begins and ends."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data or b"", np.uint8), bounds
