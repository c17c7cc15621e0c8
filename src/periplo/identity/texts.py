"""Finding the ids of texts among millions: a hash table over Arrow's own bytes, which grows in layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.kernels.finding import fill, seek
from periplo.identity.kinds import I32, I64

UNSEEN = -1
_MOST_BYTES = 1 << 30
"""Letters of so many bytes are told apart by offsets of 32 bits."""


@dataclass(frozen=True)
class TextIndex:
    """Texts and the id of each; of equal texts the first counts. Never changed: ``plus`` gives another."""

    layers: tuple[_Layer, ...] = ()

    def plus(self, texts: pa.Array | pa.ChunkedArray, ids: I64) -> TextIndex:
        """With more texts. Layers that are not much larger than what comes are joined with it, so there are few."""
        kept, parts, numbers = list(self.layers), [*_chunks(texts)], [ids.astype(np.int32)]
        while kept and len(kept[-1].ids) < 4 * sum(map(len, numbers)):
            last = kept.pop()
            parts, numbers = [last.texts, *parts], [last.ids, *numbers]
        if sum(map(len, numbers)):
            kept.append(_Layer.of(_together(parts), np.concatenate(numbers)))
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
    """``table`` int32[a power of 2]: which text lies there, -1 for none, each at the next free place after its hash."""

    texts: pa.Array
    ids: I32
    table: I32

    @classmethod
    def of(cls, texts: pa.Array, ids: I32) -> _Layer:
        table = np.full(1 << (4 * len(texts) // 3).bit_length(), UNSEEN, np.int32)
        fill(table, *_bytes(texts))
        return cls(texts, ids, table)

    def seek(self, texts: pa.Array, found: I64) -> None:
        if pa.types.is_large_string(texts.type) and texts.nbytes < _MOST_BYTES:
            texts = texts.cast(pa.string())  # the kernel compiles for one kind
        seek(self.table, *_bytes(self.texts), self.ids, *_bytes(texts), found)


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
