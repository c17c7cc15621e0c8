"""From the archive and the log to journeys: only what is new is read, only whom it concerns is sorted again."""

from __future__ import annotations

from dataclasses import replace
from threading import RLock

import numpy as np

from periplo.errors import CannotWrite, ShopBusy
from periplo.journeys.build import build, extend
from periplo.journeys.columns import I64, JourneyColumns
from periplo.operation.disk import dispensable
from periplo.workspace import cache
from periplo.workspace.cache import NO_JOURNEYS, About, CachedJourneys
from periplo.workspace.following import follow
from periplo.workspace.names import Names
from periplo.workspace.properties import ShopProperties
from periplo.workspace.regrouping import regrouped
from periplo.workspace.rows import read_rows
from periplo.workspace.standing import is_still, once
from periplo.workspace.stores import Stores

MOST_EVENT_NAMES, MOST_CHANNELS = 1 << 16, 1 << 8


class JourneyStore:
    """The journeys of a shop, kept up to date. One object while nothing changes; safe for threads."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._lock = stores, RLock()
        self._kept = NO_JOURNEYS
        self._columns: JourneyColumns | None = None
        self._behind = False

    def now(self) -> tuple[int, JourneyColumns]:
        """The last settled place of the sequence, and the journeys of all events up to it, memory-mapped.

        While identity is still reading a large import elsewhere, the journeys are those from before it; while nothing
        can be written, those up to where it has read; inside ``standing_still`` those that were seen first.
        """
        return once(self, self._newest)

    def settled(self) -> int:
        """That place alone, which is cheap to ask."""
        return self.now()[0] if is_still() or self._behind else self._stores.log.settled()

    def _newest(self) -> tuple[int, JourneyColumns]:
        with self._lock:
            try:
                settled, self._behind = follow(self._stores), False
            except ShopBusy:
                if self._columns is None:
                    raise
                return self._kept.about.seq, self._columns
            except CannotWrite:
                settled, self._behind = self._stores.identity.cursor(), True
            if self._columns is None or self._kept.about.seq != settled:
                self._kept = self._at(settled)
                self._columns = _opened(self._stores, self._kept)
            return settled, self._columns

    def places_of(self, customers: I64) -> I64:
        """The places in the sequence of the events of some customers, in the order of their journeys."""
        with self._lock:
            self._newest()
            journeys = self._kept.journeys
            return journeys.seq[journeys.rows_of(customers)]

    def _at(self, settled: int) -> CachedJourneys:
        folder, rules = self._stores.places.cache, self._stores.identity.rules.stamp
        rewrites = self._stores.lake.now().corrections() + self._stores.identity.rewrites()
        found, on_disk = _still_true(self._kept, rewrites), _still_true(cache.read(folder), rewrites)
        if found.about.seq < on_disk.about.seq <= settled:
            found = on_disk
        if found.about.seq == settled and found.about.rules == rules:
            return found
        fresh = advanced(self._stores, found, settled)
        kept = on_disk.events if on_disk.about.seq <= settled and on_disk.about.rules == rules else 0
        if cache.worth_writing(fresh.events, kept):
            with dispensable("The journeys"):
                cache.write(folder, fresh)
        return fresh


def _still_true(kept: CachedJourneys | None, rewrites: int) -> CachedJourneys:
    """Journeys from before events of the archive were corrected, or identifiers blocked, are none."""
    if kept and kept.about.rewrites == rewrites:
        return kept
    return replace(NO_JOURNEYS, about=About(rewrites=rewrites))


def _opened(stores: Stores, kept: CachedJourneys) -> JourneyColumns:
    return kept.journeys.columns(
        person=kept.person,
        event_names=kept.about.event_names,
        channel_names=kept.about.channel_names,
        since_us=kept.about.since_us,
        until_us=kept.about.until_us,
        properties=ShopProperties(stores, kept.journeys.seq, kept.about.seq, kept.about.rewrites),
    )


def advanced(stores: Stores, old: CachedJourneys, settled: int) -> CachedJourneys:
    """Old journeys, their events given to whom they belong to now, with the new events joined in."""
    names = Names(old.about.event_names, MOST_EVENT_NAMES), Names(old.about.channel_names, MOST_CHANNELS)
    now = stores.identity.moment()
    new, dated = read_rows(stores, now, old.about.seq, settled, *names)
    gone, moved = regrouped(stores, old, now)
    journeys = extend(old.journeys, moved + new, gone) if old.events else build(new)[0]
    ends = [end for end in (old.about.since_us, old.about.until_us) if end is not None]
    times = np.append(new.time_us[dated], np.array(ends, np.int64))
    about = About(
        seq=settled,
        rewrites=old.about.rewrites,
        rules=stores.identity.rules.stamp,
        event_names=names[0].all,
        channel_names=names[1].all,
        since_us=int(times.min()) if len(times) else None,
        until_us=int(times.max()) if len(times) else None,
    )
    return CachedJourneys(about, journeys, now.persons(journeys.customer), now.whose())
