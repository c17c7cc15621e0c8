"""A column in the order in which its events arrived, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.register import encoded
from periplo.journeys.columns import I32, I64, Coded, Column
from periplo.workspace.arrivals import Arrivals
from periplo.workspace.cache import replace_file
from periplo.workspace.sums import opened, sealed


@dataclass(frozen=True)
class Arrived:
    """``codes`` int32[m] index into ``texts``, -1 where an event has no value; ``numeric``: all texts are numbers."""

    codes: I32
    texts: pa.Array
    numeric: bool

    @classmethod
    def of(cls, count: int, rows: I64, texts: pa.Array | pa.ChunkedArray, numeric: bool) -> Arrived:
        """A column of ``count`` events, of which those at ``rows`` have these values (null: none)."""
        codes = np.full(count, -1, np.int32)
        codes[rows], distinct = encoded(texts)
        return cls(codes, distinct, numeric)

    @classmethod
    def nothing(cls) -> Arrived:
        """The column of no events."""
        return cls(np.zeros(0, np.int32), pa.array([], pa.string()), True)

    def __len__(self) -> int:
        return len(self.codes)

    def __add__(self, later: Arrived) -> Arrived:
        new = pc.is_null(pc.index_in(later.texts, value_set=self.texts))
        texts = pa.concat_arrays([self.texts, later.texts.filter(new)])
        moved = pc.index_in(later.texts, value_set=texts).to_numpy().astype(np.int32)
        codes = np.append(moved, np.int32(-1))[later.codes]
        return Arrived(np.concatenate((self.codes, codes)), texts, self.numeric and later.numeric)

    def until(self, count: int) -> Arrived:
        """The first ``count`` events."""
        return Arrived(self.codes[:count], self.texts, self.numeric)

    def picked(self, arrivals: Arrivals) -> Column | None:
        """The values in the order of the journeys, as numbers where all are; None where no event has one."""
        if not len(self.texts):
            return None
        codes = arrivals.in_journeys(self.codes)
        if self.numeric:
            return np.append(self.texts.cast(pa.float64()).to_numpy(), np.nan)[codes]
        return Coded(codes, tuple(self.texts.to_pylist()))


_NUMERIC = {b"numeric": b"yes"}


def read(file: Path) -> Arrived:
    """The column in a file; that of no events where it is missing or damaged."""
    try:
        batch = pa.ipc.open_file(pa.BufferReader(opened(file))).get_batch(0)
        coded = batch.column("value")
        codes = pc.fill_null(coded.indices, -1).to_numpy()
        return Arrived(codes, coded.dictionary, batch.schema.metadata == _NUMERIC)
    except (OSError, ValueError, KeyError):
        return Arrived.nothing()


def write(file: Path, column: Arrived) -> None:
    """Keeps a column, in one step."""
    codes = pa.array(column.codes, mask=column.codes < 0)
    coded = pa.DictionaryArray.from_arrays(codes, column.texts)
    schema = pa.schema([("value", coded.type)], metadata=_NUMERIC if column.numeric else None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays([coded], schema=schema))
    replace_file(file, sealed(sink.getvalue()))
