"""Refused messages read again, as they are or as somebody mended them: the same rules hold as at the door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from periplo.collect import Arrived, Wrong, batch_of
from periplo.collect.rules import NO_BATCH
from periplo.collect.segment import UNREADABLE, take
from periplo.collect.writer import no_conflicts
from periplo.errors import NotTaken
from periplo.log import Fault, Receipt, Received, Reject, Source, as_bytes
from periplo.privacy import Door, Request
from periplo.workspace.conflicts import as_events, conflicts
from periplo.workspace.hooks import EPOCH, Hooks
from periplo.workspace.planning import hold
from periplo.workspace.recording import unreadable
from periplo.workspace.staging import Counts
from periplo.workspace.stores import Stores
from periplo.workspace.turning_away import TurningAway


class Readmission:
    """Reads messages again, one after the other: each is in the log and marked, or stays with its newest reason."""

    def __init__(self, stores: Stores) -> None:
        settings = stores.settings
        self._stores, self._hooks, self._turning_away = stores, Hooks(stores), TurningAway(stores)
        self._door = Door(settings.privacy, stores.salts, settings.time_zone, stores.taxonomy)

    def read(self, rows: Sequence[Reject]) -> Counts:
        """How many were read, went in, were there already, and are refused again."""
        found = [self._one(row) for row in rows]
        return Counts(len(rows), found.count("accepted"), found.count("duplicate"), found.count("refused"))

    def _one(self, row: Reject) -> str:
        receipt = row.receipt or Receipt(source=row.file, received_us=int(row.rejected_at.timestamp() * 1_000_000))
        arrived = self._arrived(row, receipt)
        received = self._admitted(arrived, row, receipt)
        fault = next((wrong.fault(receipt) for wrong in arrived.wrong), None) or self._unreadable(received)
        if fault:
            self._stores.quarantine.again(row.reject_id, fault)
            return "refused"
        [repeated] = self._stores.log.commit([received])
        differs = no_conflicts if arrived.restated else lambda one, places: conflicts(self._stores, one, places)
        if repeated and differs(received, repeated):
            return "refused"
        self._stores.quarantine.mark_replayed([row.reject_id])
        return "duplicate" if len(repeated) == len(received.event_ids) else "accepted"

    def _arrived(self, row: Reject, receipt: Receipt) -> Arrived:
        """The messages of a row: itself, those of a batch, or those that a connector makes of it."""
        raw = as_bytes(row.text)
        if row.stage == "webhook":
            made = self._hooks.again(row.file, str(row.values.get("topic", "")), raw)
            if made:
                return made
        arrived = Arrived(call=receipt.call, sent_at=receipt.sent_at, context=receipt.context)
        try:
            if row.rule == NO_BATCH.name:
                arrived = batch_of(raw)
            else:
                take(arrived, [raw], sure=False)
        except NotTaken as error:
            arrived.wrong.append(Wrong(0, NO_BATCH, "", {"problem": str(error)}, raw))
        for place, message in enumerate(arrived.messages):
            if not _has_id(bytes(message)):
                arrived.event_ids[place] = f"{row.reject_id}:{place}"  # the same when it is read once more
        return arrived

    def _admitted(self, arrived: Arrived, row: Reject, receipt: Receipt) -> Received:
        """What the sender's consent and the tracking plan allow. Who sent it is not known any more: of those without
        consent each is its own."""
        at = datetime.fromtimestamp(receipt.received_us / 1e6, UTC)
        arrived.admit(self._door, Request(receipt.source, row.reject_id, "", at))
        source = Source(name=receipt.source, write_key="", channel=receipt.channel, created_at=EPOCH)
        self._turning_away.leave_out(source, arrived)
        hold(self._stores, receipt.source, arrived)
        return arrived.received(source, receipt.received_us, receipt.user_agent)

    def _unreadable(self, received: Received) -> Fault | None:
        """What the log would find out later: a message that is no event when it is read whole."""
        if not received.messages:
            return None
        rejects = as_events(self._stores, received, range(len(received.messages))).rejects
        return unreadable(received.receipt, bytes(received.messages[rejects[0].row]), rejects[0]) if rejects else None


def _has_id(raw: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(raw).get("messageId"))
    except UNREADABLE:
        return False
