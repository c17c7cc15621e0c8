"""From the archive and the log to journeys: only what is new is read, only whom it concerns is sorted again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from threading import RLock

from periplo.errors import CannotWrite, ShopBusy
from periplo.identity import FAR, Owners
from periplo.journeys.build import Rows, Sorted, build, extend
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.out_of_memory import build_out_of_memory, pieces_of
from periplo.operation.disk import dispensable
from periplo.operation.shelf import spared_memory
from periplo.workspace import cache
from periplo.workspace.cache import NO_JOURNEYS, About, CachedJourneys
from periplo.workspace.following import follow
from periplo.workspace.properties import ShopProperties
from periplo.workspace.regrouping import regrouped
from periplo.workspace.rows import Seen, read_rows
from periplo.workspace.standing import is_still, once
from periplo.workspace.stores import Stores


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
                fresh = _same(cache.read(folder), fresh)
        return fresh


def _same(written: CachedJourneys | None, fresh: CachedJourneys) -> CachedJourneys:
    """What was written, so that memory need not hold it any more; unless another has written since."""
    return written if written and written.about == fresh.about else fresh


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
    now = stores.identity.owners()
    gone, moved = regrouped(stores, old, now)
    journeys, seen = _joined(stores, old, settled, now, gone, moved)
    about = seen.about(settled, stores.identity.rules.stamp)
    return CachedJourneys(about, journeys, now.persons(journeys.customer), now.whose())


def _joined(
    stores: Stores, old: CachedJourneys, settled: int, now: Owners, gone: I64, moved: Rows
) -> tuple[Sorted, Seen]:
    """Old journeys without the rows ``gone``, with those that moved and the new ones: out of memory where that is far,
    unless nothing can be written."""
    count, whose = settled - old.about.seq, len(now.whose())

    def new() -> tuple[Seen, Iterator[Rows]]:
        seen = Seen(old.about)
        return seen, read_rows(stores, now, old.about.seq, settled, seen)

    if _far(old.events, count):
        with suppress(OSError):
            seen, rows = new()
            parts = chain(pieces_of(old.journeys, gone), [moved], rows)
            return build_out_of_memory(parts, whose, old.events + count, stores.places.cache), seen
    seen, rows = new()
    added = Rows.together([moved, *rows])
    return extend(old.journeys, added, gone) if old.events else build(added)[0], seen


def _far(old: int, new: int) -> bool:
    """Whether so many events are built into journeys better out of memory: all again, which takes long where few are
    new, but has to be where memory is spared."""
    return old + new > FAR and (spared_memory() or new > max(FAR, old // 4))
