"""The events of a shop as rows: whose each is, and its names as codes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.clocks import UNDATED
from periplo.identity import COLUMNS, Moment
from periplo.journeys.build import Rows
from periplo.journeys.columns import Bool
from periplo.workspace.cache import NO_JOURNEYS
from periplo.workspace.names import Names
from periplo.workspace.stores import Stores

T = TypeVar("T")
R = TypeVar("R")
ROWS_AT_ONCE = 100_000

_OF_EVENTS = ("occurred_at", "clock_flag", "event", "channel")


def read_rows(
    stores: Stores, whose: Moment, after_seq: int, until_seq: int, event_names: Names, channel_names: Names
) -> tuple[Rows, Bool]:
    """The events between two places that have a customer, and which of them say when they happened."""
    parts, dated = [NO_JOURNEYS.journeys.rows], [np.zeros(0, np.bool_)]
    tables = _large(stores.events([*COLUMNS, *_OF_EVENTS], after_seq, until_seq))
    for table, customer in _ahead(whose.customers_of, tables):
        when, seq = table["occurred_at"].cast(pa.int64()).to_numpy(), table["seq"].to_numpy()
        event = event_names.codes(table["event"]).astype(np.uint16)
        channel = channel_names.codes(table["channel"]).astype(np.uint8)
        rows = Rows(customer, when, seq, event, channel)
        undated = pc.fill_null(pc.equal(table["clock_flag"], UNDATED), False).to_numpy()
        known = customer > 0
        parts.append(rows if known.all() else rows.take(known))
        dated.append(~undated[known])
    return Rows.together(parts), np.concatenate(dated)


def _ahead(what: Callable[[T], R], items: Iterator[T]) -> Iterator[tuple[T, R]]:
    """Each item, in order, with what is made of it; a core each works ahead, as far as that and no further."""
    waiting = deque[tuple[T, Future[R]]]()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for item in items:
            waiting.append((item, pool.submit(what, item)))
            if len(waiting) > (os.cpu_count() or 1):
                first, made = waiting.popleft()
                yield first, made.result()
        for first, made in waiting:
            yield first, made.result()


def _large(events: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """A stream of small batches as tables of about ``ROWS_AT_ONCE`` rows."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in events:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROWS_AT_ONCE:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)
