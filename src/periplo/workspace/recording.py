"""Live events: durable in the log first, moved to the archive later, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pyarrow.compute as pc

from periplo.errors import ShopBusy
from periplo.events.model import Event
from periplo.workspace.stores import Stores

WAIT_S = 60.0
"""How long a writer waits for its turn before it says that the shop is busy."""

ARCHIVE_FROM = 50_000
"""With more live events than these, recording moves them to the archive, if nobody else is writing there."""


def record(stores: Stores, events: Sequence[Event]) -> int:
    """Commits events to the log; answers how many were new. An event that the archive or the log holds is left out."""
    fresh = stores.log.append(events)
    if stores.log.count() > ARCHIVE_FROM:
        with suppress(ShopBusy):
            archive(stores, wait_s=0)
    return fresh


def archive(stores: Stores, wait_s: float = WAIT_S) -> int:
    """Moves the tail of the log to the archive; answers how many events moved. Raises ``ShopBusy``."""
    with stores.lock.hold(wait_s):
        stores.clear()
        return move(stores)


def move(stores: Stores) -> int:
    """``archive`` for one who holds the lock. The commit says how far the log is archived: a crash repeats nothing."""
    tail = stores.log.read(after_seq=stores.lake.now().archived_seq())
    last = pc.max(tail["seq"]).as_py()
    if last is None:
        stores.log.trim(stores.lake.now().archived_seq())
        return 0
    note = {"import_id": "log", "first_seq": pc.min(tail["seq"]).as_py(), "last_seq": last}
    stores.lake.append(tail.to_reader(), note=note, archived_seq=last)
    stores.log.trim(last)
    return int(tail.num_rows)
