"""Live events: durable in the log first, moved to the archive later, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pyarrow.compute as pc

from periplo.errors import ShopBusy
from periplo.events.model import Event
from periplo.log import Fault, Refusal
from periplo.workspace.stores import Stores

WAIT_S = 60.0
"""How long a writer waits for its turn before it says that the shop is busy."""

ARCHIVE_FROM = 50_000
"""With more live events than these, recording moves them to the archive, if nobody else is writing there."""

MOVED_AT_ONCE = 100_000
"""So many events go into the archive in one commit."""


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
    moved = 0
    while True:
        archived = stores.lake.now().archived_seq()
        tail = stores.log.tail(after_seq=archived, most=MOVED_AT_ONCE)
        stores.quarantine.put_faults(map(_fault, tail.refused))
        if tail.events.num_rows:
            archived = tail.last_seq
            note = {"import_id": "log", "first_seq": pc.min(tail.events["seq"]).as_py(), "last_seq": archived}
            stores.lake.append(tail.events.to_reader(), note=note, archived_seq=archived)
            stores.archived.follow()
        stores.log.trim(max(archived, tail.last_seq))
        moved += int(tail.events.num_rows)
        if not tail.last_seq:
            return moved


def _fault(refused: Refusal) -> Fault:
    """A message that turned out to be no event, for the quarantine."""
    why = refused.why
    return Fault(
        source=refused.receipt.source,
        stage="read",
        rule="unreadable",
        path=why.field,
        reason=why.reason,
        values=why.values,
        raw=refused.raw,
    )
