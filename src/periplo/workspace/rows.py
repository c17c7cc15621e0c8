"""The events of a shop as rows: whose each is, its names as codes, and when the first and the last of them happened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from periplo.events.clocks import UNDATED
from periplo.identity import COLUMNS, Owners
from periplo.journeys.build import Rows
from periplo.journeys.columns import I64
from periplo.operation.ahead import ahead
from periplo.workspace.cache import About
from periplo.workspace.names import MOST_CHANNELS, MOST_EVENT_NAMES, Names
from periplo.workspace.stores import Stores

ROWS_AT_ONCE = 1 << 15

_OF_EVENTS = ("occurred_at", "clock_flag", "event", "channel")


class Seen:
    """What is to be known of all events that were read, beside their rows: their names by code, and their period."""

    def __init__(self, about: About) -> None:
        """``about``: what was known of earlier ones."""
        self._before = about
        self.event_names = Names(about.event_names, MOST_EVENT_NAMES)
        self.channel_names = Names(about.channel_names, MOST_CHANNELS)
        self._ends = np.array([end for end in (about.since_us, about.until_us) if end is not None], np.int64)

    def dated(self, times_us: I64) -> None:
        """Times at which events say that they happened."""
        times = np.append(self._ends, times_us)
        self._ends = np.array([times.min(), times.max()]) if len(times) else times

    def about(self, seq: int, rules: str) -> About:
        """All of that, up to a place in the sequence; ``rules``: the stamp of those that told who is who."""
        since_us, until_us = self._ends.tolist() if len(self._ends) else (None, None)
        return replace(
            self._before,
            seq=seq,
            rules=rules,
            event_names=self.event_names.all,
            channel_names=self.channel_names.all,
            since_us=since_us,
            until_us=until_us,
        )


def read_rows(stores: Stores, owners: Owners, after_seq: int, until_seq: int, seen: Seen) -> Iterator[Rows]:
    """The events between two places that have a customer, some at a time, in no order."""

    def owned(table: pa.Table) -> tuple[pa.Table, I64]:
        return table, owners.customers_of(table)

    for table, customer in ahead(owned, _large(stores.events([*COLUMNS, *_OF_EVENTS], after_seq, until_seq))):
        when, seq = table["occurred_at"].cast(pa.int64()).to_numpy(), table["seq"].to_numpy()
        event = seen.event_names.codes(table["event"]).astype(np.uint16)
        channel = seen.channel_names.codes(table["channel"]).astype(np.uint8)
        undated = pc.fill_null(pc.equal(table["clock_flag"], UNDATED), False).to_numpy()
        known = customer > 0
        seen.dated(when[known & ~undated])
        rows = Rows(customer, when, seq, event, channel)
        yield rows if known.all() else rows.take(known)


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
