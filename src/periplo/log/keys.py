"""Each event once: which of the keys that come are new, to the log, to the archive, and among themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, select

from periplo.events.keys import U64, Bool, key_hashes
from periplo.log.archive import Archive, Key
from periplo.log.seen import Recent
from periplo.log.sequence import in_tail, places
from periplo.log.tables import event

_AT_ONCE, READ_AT_ONCE = 400, 1 << 16


@dataclass(frozen=True)
class Found:
    """The hashes of keys that came, which rows (ascending) are repetitions, and the ``last`` place given out."""

    hashes: U64
    repeated: list[int]
    last: int

    def fresh(self) -> list[int]:
        """The other rows."""
        if not self.repeated:
            return list(range(len(self.hashes)))
        return np.delete(np.arange(len(self.hashes)), self.repeated).tolist()

    def split(self, sizes: Sequence[int]) -> list[list[int]]:
        """The repeated rows of each of several parts, counted within the part."""
        if not self.repeated:
            return [[] for _ in sizes]
        ends = list(accumulate(sizes))
        parts: list[list[int]] = [[] for _ in sizes]
        for row, part in zip(self.repeated, np.searchsorted(ends, self.repeated, "right").tolist(), strict=True):
            parts[part].append(row - (ends[part] - sizes[part]))
        return parts


class Keys:
    """Knows the keys of the log by their hashes, and follows what other processes append. Not safe for threads."""

    def __init__(self, archive: Archive, scratch: Path | None = None) -> None:
        self._archive, self._recent = archive, Recent(scratch)

    def look(self, connection: Connection, sources: Sequence[str], event_ids: Sequence[str]) -> Found:
        """Which keys are repetitions. Only inside a transaction that writes: nobody appends meanwhile."""
        now = places(connection)
        self._recent.drop(now.trimmed)
        if self._recent.until < now.last:
            self._catch_up(connection, now.last)
        hashes = _hashes(sources, event_ids)
        order = np.argsort(hashes)
        ordered = hashes[order]  # in order they are found ten times as fast
        maybe = self._recent.maybe(ordered) | self._archive.maybe(ordered, now.lake) | _twice(ordered)
        if not maybe.any():
            return Found(hashes, [], now.last)
        rows = np.sort(order[maybe]).tolist()
        keys = {row: (sources[row], event_ids[row]) for row in rows}
        return Found(hashes, self._repeated(connection, keys), now.last)

    def keep(self, found: Found, until: int) -> None:
        """The new ones were committed, up to a place."""
        new = np.delete(found.hashes, found.repeated) if found.repeated else found.hashes
        self._recent.add(new, until)

    def _catch_up(self, connection: Connection, until: int) -> None:
        wanted = select(event.c.seq, event.c.source, event.c.event_id).order_by(event.c.seq).limit(READ_AT_ONCE)
        after = in_tail(connection, self._recent.until)
        while rows := connection.execute(wanted.where(event.c.seq > after)).all():
            seqs, sources, event_ids = zip(*rows, strict=True)
            after = seqs[-1]
            self._recent.add(_hashes(sources, event_ids), after)
        self._recent.until = until

    def _repeated(self, connection: Connection, keys: dict[int, Key]) -> list[int]:
        asked = set(keys.values())
        seen = set(keys_among(connection, asked))
        seen |= self._archive.known(asked - seen)
        repeated = []
        for row, key in keys.items():
            if key in seen:
                repeated.append(row)
            seen.add(key)
        return repeated


def keys_among(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    """Those of the keys that the tail of the log holds, with their places."""
    wanted = select(event.c.seq, event.c.source, event.c.event_id).where(event.c.seq > in_tail(connection, 0))
    if len(keys) <= _AT_ONCE:
        wanted = wanted.where(event.c.event_id.in_([event_id for _, event_id in keys]))
    return {
        (source, event_id): seq for seq, source, event_id in connection.execute(wanted) if (source, event_id) in keys
    }


def _hashes(sources: Sequence[str], event_ids: Sequence[str]) -> U64:
    return key_hashes(pa.array(sources, pa.large_string()), pa.array(event_ids, pa.large_string()))


def _twice(ordered: U64) -> Bool:
    """Which of them are not the only one of their kind."""
    found, same = np.zeros(len(ordered), np.bool_), ordered[1:] == ordered[:-1]
    found[1:] |= same
    found[:-1] |= same
    return found
