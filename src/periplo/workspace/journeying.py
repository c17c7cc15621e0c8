"""From the archive and the log to journeys: only what is new is read, only whom it concerns is sorted again."""

from __future__ import annotations

from dataclasses import replace
from threading import RLock

import numpy as np

from periplo.errors import ShopBusy
from periplo.journeys.build import Rows, build, extend
from periplo.journeys.columns import I64, JourneyColumns
from periplo.workspace import cache
from periplo.workspace.cache import NO_JOURNEYS, About, CachedJourneys
from periplo.workspace.following import follow
from periplo.workspace.names import Names
from periplo.workspace.properties import ShopProperties
from periplo.workspace.rows import read_rows
from periplo.workspace.stores import Stores

MOST_EVENT_NAMES, MOST_CHANNELS = 1 << 16, 1 << 8


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
                corrections = self._stores.lake.now().corrections() + self._stores.identity.erasures()
                self._kept = self._at(settled, corrections)
                self._columns = _opened(self._stores, self._kept)
            return settled, self._columns

    def places_of(self, customer: int) -> I64:
        """The places in the sequence of a customer's events, in the order of the journey."""
        with self._lock:
            self.now()
            journeys = self._kept.journeys
            return journeys.seq[journeys.rows_of(np.array([customer]))]

    def _at(self, settled: int, corrections: int) -> CachedJourneys:
        folder, found = self._stores.places.cache, _still_true(self._kept, corrections)
        on_disk = _still_true(cache.read(folder), corrections)
        if found.about.seq < on_disk.about.seq <= settled:
            found = on_disk
        if found.about.seq == settled:
            return found
        fresh = advanced(self._stores, found, settled)
        kept = on_disk.events if on_disk.about.seq <= settled else 0
        if cache.worth_writing(fresh.events, kept):
            cache.write(folder, fresh)
        return fresh


def _still_true(kept: CachedJourneys | None, corrections: int) -> CachedJourneys:
    """Journeys from before events of the archive were corrected are none."""
    if kept and kept.about.corrections == corrections:
        return kept
    return replace(NO_JOURNEYS, about=About(corrections=corrections))


def _opened(stores: Stores, kept: CachedJourneys) -> JourneyColumns:
    return kept.journeys.columns(
        person=kept.person,
        event_names=kept.about.event_names,
        channel_names=kept.about.channel_names,
        since_us=kept.about.since_us,
        until_us=kept.about.until_us,
        properties=ShopProperties(stores, kept.journeys.seq, kept.about.seq, kept.about.corrections),
    )


def advanced(stores: Stores, old: CachedJourneys, settled: int) -> CachedJourneys:
    """Old journeys, those of merged customers put together, with the new events joined in."""
    names = Names(old.about.event_names, MOST_EVENT_NAMES), Names(old.about.channel_names, MOST_CHANNELS)
    new, dated = read_rows(stores, old.about.seq, settled, *names)
    gone, moved = _regrouped(stores, old)
    journeys = extend(old.journeys, moved + new, gone) if old.events else build(new)[0]
    ends = [end for end in (old.about.since_us, old.about.until_us) if end is not None]
    times = np.append(new.time_us[dated], np.array(ends, np.int64))
    about = About(
        seq=settled,
        corrections=old.about.corrections,
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
