"""A column in the order in which its events arrived, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from periplo.identity.register import encoded
from periplo.identity.texts import UNSEEN, TextIndex
from periplo.journeys.columns import I32, I64, Coded, Column
from periplo.operation.shelf import release, room, slices
from periplo.workspace.arrivals import Arrivals
from periplo.workspace.sums import opened, seal


@dataclass(frozen=True)
class Arrived:
    """``codes`` int32[m] index into ``texts``, -1 where an event has no value; ``numeric``: all texts are numbers."""

    codes: I32
    texts: pa.Array
    numeric: bool

    @classmethod
    def nothing(cls) -> Arrived:
        """The column of no events."""
        return cls(np.zeros(0, np.int32), pa.array([], pa.string()), True)

    def __len__(self) -> int:
        return len(self.codes)

    def until(self, count: int) -> Arrived:
        """The first ``count`` events."""
        return Arrived(self.codes[:count], self.texts, self.numeric)

    def picked(self, arrivals: Arrivals) -> Column | None:
        """The values in the order of the journeys, as numbers where all are; None where no event has one."""
        if not len(self.texts):
            return None
        if self.numeric:
            numbers = np.append(self.texts.cast(pa.float64()).to_numpy(), np.nan)
            return arrivals.in_journeys(self.codes, lambda codes: numbers[codes], np.float64)
        codes = arrivals.in_journeys(self.codes, lambda codes: codes, np.int32)
        return Coded(codes, tuple(self.texts.to_pylist()))


class Growing:
    """A column to which the values of further events come, some at a time; ``count`` events there will be in all."""

    def __init__(self, known: Arrived, count: int, scratch: Path) -> None:
        self._codes, self._numeric = room(scratch, count, np.int32), known.numeric
        self._texts, self._index = [known.texts], TextIndex().plus(known.texts, np.arange(len(known.texts)))
        self._count = len(known.texts)
        for some in slices(count):
            self._codes[some] = -1
            old = slice(some.start, min(some.stop, len(known)))
            self._codes[old] = known.codes[old]
            release(self._codes)
            release(known.codes)

    def add(self, rows: I64, texts: pa.Array, numeric: bool) -> None:
        """The values of the events at ``rows`` (null: none); ``numeric``: they are numbers, or there are none."""
        places, distinct = encoded(texts)
        codes = self._index.find(distinct)
        if len(new := np.flatnonzero(codes == UNSEEN)):
            codes[new] = np.arange(self._count, self._count + len(new))
            self._texts.append(distinct.take(pa.array(new)))
            self._index, self._count = self._index.plus(self._texts[-1], codes[new]), self._count + len(new)
        self._codes[rows] = np.append(codes, -1)[places]
        self._numeric &= numeric
        release(self._codes)

    def all(self) -> Arrived:
        """The whole column."""
        return Arrived(self._codes, pa.concat_arrays(self._texts), self._numeric)


_NUMERIC = {b"numeric": b"yes"}


def read(file: Path) -> Arrived:
    """The column in a file, mapped; that of no events where it is missing or damaged."""
    try:
        batch = pa.ipc.open_stream(pa.BufferReader(opened(file))).read_next_batch()
        codes, texts = (batch.column(name).values for name in ("codes", "texts"))
        return Arrived(codes.to_numpy(), texts, batch.schema.metadata == _NUMERIC)
    except (OSError, ValueError, KeyError, StopIteration):
        return Arrived.nothing()


def write(file: Path, column: Arrived) -> None:
    """Keeps a column, in one step: as one row of two lists, which are read without being copied."""
    codes = pa.Array.from_buffers(pa.int32(), len(column), [None, pa.py_buffer(column.codes)])
    lists = {"codes": _in_a_list(codes), "texts": _in_a_list(column.texts)}
    batch = pa.record_batch(lists).replace_schema_metadata(_NUMERIC if column.numeric else None)

    def fill(sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)

    seal(file, fill)


def _in_a_list(values: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)
