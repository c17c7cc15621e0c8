"""Live events: durable in the log first, moved to the archive later, each exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pyarrow as pa

from periplo.errors import ShopBusy
from periplo.events.model import Event
from periplo.events.schema import STORED
from periplo.events.segment import Rejected
from periplo.log import Fault, Receipt
from periplo.log.log import READ_AT_ONCE
from periplo.workspace.letting_go import let_go
from periplo.workspace.planning import follow as follow_plan
from periplo.workspace.stores import Stores

WAIT_S = 60.0
"""How long a writer waits for its turn before it says that the shop is busy."""

ARCHIVE_FROM = 50_000
"""With more live events than these, recording moves them to the archive, if nobody else is writing there."""

UNREAD = "read"
"""The stage of a message that was taken, and turned out to be no event when it was read."""

MOVED_AT_ONCE = 100_000
"""So many events go into the archive in one commit."""


def record(stores: Stores, events: Sequence[Event]) -> int:
    """Commits events to the log; answers how many were new. An event that the archive or the log holds is left out."""
    fresh = stores.log.append(events)
    if stores.log.count() > ARCHIVE_FROM:
        with suppress(ShopBusy):
            archive(stores, wait_s=0)
    return fresh


def archive(stores: Stores, wait_s: float = WAIT_S, most: int | None = None) -> int:
    """Moves the tail of the log to the archive, or about so many events of it; answers how many moved. Raises
    ``ShopBusy``."""
    with stores.lock.hold(wait_s):
        stores.clear()
        moved = move(stores, most)
    let_go(stores)
    return moved


def move(stores: Stores, most: int | None = None) -> int:
    """``archive`` for one who holds the lock. The commit says how far the log is archived: a crash repeats nothing."""
    moved = 0
    while most is None or moved < most:
        archived = stores.lake.now().archived_seq()
        last = stores.log.reach(archived, MOVED_AT_ONCE)
        follow_plan(stores)  # which reads what came as long as it is in the tail
        if last:
            tail = _Moving(stores, archived, last)
            note = {"import_id": "log", "first_seq": archived + 1, "last_seq": last}
            stores.lake.append(
                pa.RecordBatchReader.from_batches(STORED, tail), note=note, archived_seq=last, after_seq=archived
            )
            stores.archived.follow()
            moved += tail.events
        stores.log.trim(max(archived, last))
        if not last:
            break
    if moved and (compacted := stores.lake.compact()):
        stores.archived.follow(compacted)
    return moved


class _Moving:
    """A part of the log on its way into the archive, a little at a time: others want the processor too.

    What turns out to be no event is in the quarantine before the archive's commit lets the log forget it.
    """

    def __init__(self, stores: Stores, after_seq: int, until_seq: int) -> None:
        self._stores, self._after_seq, self._until_seq = stores, after_seq, until_seq
        self.events = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        after = self._after_seq
        while after < self._until_seq:
            tail = self._stores.log.tail(after, self._until_seq, READ_AT_ONCE)
            if tail.refused:
                self._stores.quarantine.put_faults(unreadable(one.receipt, one.raw, one.why) for one in tail.refused)
            self.events += int(tail.events.num_rows)
            yield from tail.events.to_batches()
            after = tail.last_seq or self._until_seq


def unreadable(receipt: Receipt, raw: bytes, why: Rejected) -> Fault:
    """A message that turned out to be no event, for the quarantine."""
    return Fault(
        source=receipt.source,
        stage=UNREAD,
        rule="unreadable",
        path=why.field,
        reason=why.reason,
        values=why.values,
        raw=raw,
        receipt=receipt,
    )
