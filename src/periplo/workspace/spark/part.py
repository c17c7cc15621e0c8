"""On the executors: the events of whole customers become journeys, and a question's ``map`` runs over them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.analysis.narrowing import Narrow, OnlyCustomers, Window, kept_of
from periplo.journeys.build import Rows, build
from periplo.journeys.columns import F64, I64, Coded, Column, JourneyColumns
from periplo.workspace.names import MOST_CHANNELS, MOST_EVENT_NAMES, Names
from periplo.workspace.properties import PROMOTED, in_json
from periplo.workspace.spark.header import Header, Kind

ANSWER = pa.schema([("first", pa.int64()), ("state", pa.binary()), ("needs", pa.string())])
"""Of a part: its first customer and the pickled state; or the property whose values it must know first."""
NEEDED = ("customer", "person", "seq", "occurred_at", "event", "channel")


class Needs(Exception):
    """A property that the driver has not told about yet."""


@dataclass(frozen=True)
class Task:
    """What is done with each part. ``header`` names the codes; ``columns`` are the properties it reads."""

    header: Header
    window: Window | None
    narrowed: tuple[Narrow, ...]
    map: Callable[[JourneyColumns], Any]

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        some = [batch for batch in batches if batch.num_rows]
        if some:
            yield self._answer(pa.Table.from_batches(some))

    def _answer(self, table: pa.Table) -> pa.RecordBatch:
        first = pc.min(table["customer"]).as_py()
        try:
            state, needs = pickle.dumps(self.map(self.journeys(table)), protocol=5), None
        except Needs as missing:
            state, needs = None, str(missing)
        return pa.RecordBatch.from_pylist([{"first": first, "state": state, "needs": needs}], ANSWER)

    def journeys(self, table: pa.Table) -> JourneyColumns:
        """The events of a part, narrowed as the face is that asks."""
        columns = whole(table, self.header)
        columns = self.window(columns) if self.window else columns
        return reduce(_narrowed, self.narrowed, columns)


def _narrowed(columns: JourneyColumns, narrow: Narrow) -> JourneyColumns:
    return kept_of(columns, narrow.map(columns)) if isinstance(narrow, OnlyCustomers) else narrow(columns)


def whole(table: pa.Table, header: Header) -> JourneyColumns:
    customer = table["customer"].to_numpy()
    events, channels = Names(header.event_names, MOST_EVENT_NAMES), Names(header.channel_names, MOST_CHANNELS)
    ready, origin = build(
        Rows(
            customer,
            table["occurred_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(),
            table["seq"].to_numpy(),
            events.codes(table["event"]).astype(np.uint16),
            channels.codes(table["channel"]).astype(np.uint8),
        ),
        threads=1,
    )
    person = table["person"].to_numpy()[origin][ready.offsets[:-1]]
    return ready.columns(
        person=person,
        event_names=header.event_names,
        channel_names=header.channel_names,
        since_us=header.since_us,
        until_us=header.until_us,
        properties=PartProperties(table, origin, header),
    )


class PartProperties:
    """The properties of a part's events, coded by the values that all events have."""

    def __init__(self, table: pa.Table, origin: I64, header: Header) -> None:
        self._table, self._origin, self._header = table, origin, header
        self._made: dict[str, Column | None] = {}

    def names(self) -> tuple[str, ...]:
        return self._header.properties.names()

    def column(self, name: str) -> Column | None:
        kinds: dict[str, Kind | None] = self._header.properties.kinds  # type: ignore[attr-defined]
        if name not in kinds:
            raise Needs(name)
        kind = kinds[name]
        if kind is None:
            return None
        if name not in self._made:
            self._made[name] = self._coded(values_of(self._table, name)[0], kind)
        return self._made[name]

    def _coded(self, texts: pa.Array, kind: Kind) -> Column:
        if kind.numeric:
            numbers: F64 = texts.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
            return numbers[self._origin]
        codes = pc.index_in(texts, value_set=pa.array(kind.values, pa.string()))
        return Coded(codes.fill_null(-1).to_numpy()[self._origin].astype(np.int32), kind.values)


def values_of(table: pa.Table, name: str) -> tuple[pa.Array, bool]:
    """A property of events as texts, aligned with them, and whether all of these are numbers."""
    if name in PROMOTED:
        column = table[name].combine_chunks()
        return column.cast(pa.string()), not pa.types.is_string(PROMOTED[name])
    import duckdb

    with duckdb.connect() as database:
        events = pa.table({"seq": np.arange(table.num_rows), "properties": table["properties"]})
        database.register("events", events)
        found = database.sql(in_json(name)).to_arrow_table()
    texts = np.full(table.num_rows, None, object)
    texts[found["seq"].to_numpy()] = found["value"].cast(pa.string()).to_pylist()
    return pa.array(texts, pa.string()), all(found["numeric"].unique().to_pylist())


def kinds_in(name: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Per part the different values of a property, and whether they are numbers."""

    def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            texts, numeric = values_of(pa.Table.from_batches([batch]), name)
            values = texts.drop_null().unique()
            yield pa.RecordBatch.from_arrays([values, pa.array([numeric] * len(values))], names=["value", "numeric"])

    return find
