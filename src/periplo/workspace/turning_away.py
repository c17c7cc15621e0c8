"""Live messages of people who were erased after they happened: they do not come in, as they do not with an old file."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw

from periplo.collect import Arrived
from periplo.log import Source, as_text
from periplo.workspace.conflicts import as_events
from periplo.workspace.returning import Returning
from periplo.workspace.stores import Stores

ERASED = "erased"
"""How they are counted."""

_NEVER, _ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Times(msgspec.Struct, gc=False, rename="camel"):
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    received_at: Any = None


_read, _time = msgspec.json.Decoder(_Times).decode, msgspec.json.Decoder(datetime).decode


class TurningAway:
    """Knows the erasures of a shop, also one that is running, whoever carries them out. Safe for threads.

    A message that happened after the last of them is not looked at: its person is a new acquaintance.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores, self._stamp = stores, ""
        self._returning, self._last = Returning(stores, {}), _NEVER

    def leave_out(self, source: Source, arrived: Arrived) -> None:
        """Takes them out of those that go on, and counts them; what is refused too, where it names somebody erased."""
        self._look()
        if self._last == _NEVER:
            return
        received_us, before = time.time_ns() // 1000, len(arrived.dropped)
        old = [row for row, raw in enumerate(arrived.messages) if self._may_be_old(raw, arrived.sent_at, received_us)]
        if old:
            found = as_events(self._stores, arrived.received(source, received_us, None), old)
            mine = self._returning.old(found.events).tolist()
            arrived.drop({old[row] for row, gone in zip(found.rows.tolist(), mine, strict=True) if gone})
        arrived.drop_wrong(lambda raw: self._names_one(raw, arrived.sent_at, received_us))
        if gone := len(arrived.dropped) - before:
            self._stores.tallies.add(source.name, ERASED, count=gone)

    def _names_one(self, raw: bytes, shared: str | None, received_us: int) -> bool:
        return self._may_be_old(raw, shared, received_us) and self._returning.names_one(as_text(raw))

    def _look(self) -> None:
        """Reads the erasures if there are others than before, or it is another day: which dates have come changed."""
        stamp = f"{self._stores.erasures.stamp()} {datetime.now(UTC).date()}"
        if stamp != self._stamp and self._stores.settings.privacy.refuse_erased:
            stones = self._stores.erasures.tombstones()
            if running := self._stores.erasures.running():
                stones |= {self._stores.erasures.hash(kind, one): _ALWAYS for kind, one in running.pairs()}
            self._returning, self._last = Returning(self._stores, stones), max(stones.values(), default=_NEVER)
        self._stamp = stamp

    def _may_be_old(self, raw: bytes | Raw, shared: str | None, received_us: int) -> bool:
        """Whether a message may have happened before the last erasure. What has times that cannot be told may."""
        try:
            told = _read(raw)
            sent = told.sent_at or (_time(msgspec.json.encode(shared)) if shared else None)
            if told.received_at:
                return True  # by whoever took it before us
            known = [one for one in (told.timestamp, told.original_timestamp) if one]
            received = _EPOCH + timedelta(microseconds=received_us)
            if not known:
                return min(sent or received, received) <= self._last
            at = min(known)
            return min(at, received - (sent - at) if sent else at) <= self._last
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError, OverflowError):
            return True
