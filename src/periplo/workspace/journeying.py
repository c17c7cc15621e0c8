"""From the archive and the log to journeys: only what is new is read, only whom it concerns is sorted again."""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import ShopBusy
from periplo.events.clocks import UNDATED
from periplo.identity import COLUMNS
from periplo.journeys.build import Rows, build, extend
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.workspace import cache
from periplo.workspace.cache import NO_JOURNEYS, About, CachedJourneys
from periplo.workspace.following import follow
from periplo.workspace.names import Names
from periplo.workspace.properties import ShopProperties
from periplo.workspace.stores import Stores

MOST_EVENT_NAMES, MOST_CHANNELS = 1 << 16, 1 << 8
ROWS_AT_ONCE = 1_000_000

_OF_EVENTS = ("occurred_at", "clock_flag", "event", "channel")


class JourneyStore:
    """The journeys of a shop, kept up to date. One object while nothing changes; safe for threads."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._lock = stores, RLock()
        self._kept = NO_JOURNEYS
        self._columns: JourneyColumns | None = None

    def now(self) -> tuple[int, JourneyColumns]:
        """The last settled place of the sequence, and the journeys of all events up to it, memory-mapped.

        While identity is still reading a large import elsewhere, the journeys are those from before it.
        """
        with self._lock:
            try:
                settled = follow(self._stores)
            except ShopBusy:
                if self._columns is None:
                    raise
                return self._kept.about.seq, self._columns
            if self._columns is None or self._kept.about.seq != settled:
                self._kept = self._at(settled)
                self._columns = _opened(self._stores, self._kept)
            return settled, self._columns

    def places_of(self, customer: int) -> I64:
        """The places in the sequence of a customer's events, in the order of the journey."""
        with self._lock:
            self.now()
            journeys = self._kept.journeys
            return journeys.seq[journeys.rows_of(np.array([customer]))]

    def _at(self, settled: int) -> CachedJourneys:
        folder, found = self._stores.places.cache, self._kept
        on_disk = cache.read(folder)
        if on_disk and found.about.seq < on_disk.about.seq <= settled:
            found = on_disk
        if found.about.seq == settled:
            return found
        fresh = _advanced(self._stores, found, settled)
        kept = on_disk.events if on_disk and on_disk.about.seq <= settled else 0
        if cache.worth_writing(fresh.events, kept):
            cache.write(folder, fresh)
        return fresh


def _opened(stores: Stores, kept: CachedJourneys) -> JourneyColumns:
    return kept.journeys.columns(
        person=kept.person,
        event_names=kept.about.event_names,
        channel_names=kept.about.channel_names,
        since_us=kept.about.since_us,
        until_us=kept.about.until_us,
        properties=ShopProperties(stores, kept.journeys.seq),
    )


def _advanced(stores: Stores, old: CachedJourneys, settled: int) -> CachedJourneys:
    """Old journeys, those of merged customers put together, with the new events joined in."""
    names = Names(old.about.event_names, MOST_EVENT_NAMES), Names(old.about.channel_names, MOST_CHANNELS)
    new, dated = _rows(stores, old.about.seq, settled, *names)
    gone, moved = _regrouped(stores, old)
    journeys = extend(old.journeys, moved + new, gone) if old.events else build(new)[0]
    ends = [end for end in (old.about.since_us, old.about.until_us) if end is not None]
    times = np.append(new.time_us[dated], np.array(ends, np.int64))
    about = About(
        seq=settled,
        event_names=names[0].all,
        channel_names=names[1].all,
        since_us=int(times.min()) if len(times) else None,
        until_us=int(times.max()) if len(times) else None,
    )
    return CachedJourneys(about, journeys, stores.identity.persons(journeys.customer))


def _regrouped(stores: Stores, old: CachedJourneys) -> tuple[I64, Rows]:
    """The rows of customers who were merged, and their events with the customers they belong to now."""
    journeys = old.journeys
    now = stores.identity.current(journeys.customer)
    merged = np.flatnonzero(now != journeys.customer)
    rows = journeys.rows_of(journeys.customer[merged])
    return rows, journeys.moved(rows, np.repeat(now[merged], np.diff(journeys.offsets)[merged]))


def _rows(
    stores: Stores, after_seq: int, until_seq: int, event_names: Names, channel_names: Names
) -> tuple[Rows, Bool]:
    """The events between two places that have a customer, and which of them say when they happened."""
    parts, dated = [NO_JOURNEYS.journeys.rows], [np.zeros(0, np.bool_)]
    for table in _large(stores.events([*COLUMNS, *_OF_EVENTS], after_seq, until_seq)):
        customer = stores.identity.customers_of(table)
        when, seq = table["occurred_at"].cast(pa.int64()).to_numpy(), table["seq"].to_numpy()
        event = event_names.codes(table["event"]).astype(np.uint16)
        channel = channel_names.codes(table["channel"]).astype(np.uint8)
        parts.append(Rows(customer, when, seq, event, channel).take(customer > 0))
        undated = pc.fill_null(pc.equal(table["clock_flag"], UNDATED), False)
        dated.append(~undated.to_numpy()[customer > 0])
    return Rows.together(parts), np.concatenate(dated)


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
