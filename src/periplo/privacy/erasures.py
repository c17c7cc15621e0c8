"""What a shop remembers of erasures: while one is running, what is to go; afterwards keyed hashes and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec

from periplo.privacy.secret import destroy, kept_secret

Texts = dict[str, list[str]]
"""Identifiers of a person by kind, as they were written and in their normal form."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure that was begun. It names the person, and is destroyed when it is done.

    ``ids``, ``texts``: their identifiers; ``rejects``: refused rows about them; ``files``: of
    drop folders that name them; ``places``: of their events in the sequence, ``others``: of those events of others that
    name them, both up to ``until_seq``. ``newest``: when the last of their events happened.
    """

    erasure_id: str
    begun: datetime
    ids: list[int]
    texts: Texts
    rejects: list[str]
    files: list[str] = []
    places: list[int] = []
    others: list[int] = []
    until_seq: int = 0
    newest: datetime | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """The identifiers, each with its kind."""
        return sorted((kind, text) for kind, texts in self.texts.items() for text in texts)


Beyond = Literal["copies", "wal"]
BEYOND: Mapping[Beyond, str] = {
    "copies": "Not reached: archives of PostgreSQL's write-ahead log, replicas, and backups made with its own tools.",
    "wal": "Not reached: PostgreSQL's write-ahead log, which the shop's role may not overwrite. "
    "Let who runs the server do it, or it goes as the server works.",
}
"""What no client of a PostgreSQL server can reach, or this one may not."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure that was done, as it is kept: how much it was, and hashes by which old data of the person are known.

    ``subject``: the hash of all identifiers together. ``newest``: the day (UTC) of the newest event. ``beyond``: what
    no client of the database can reach.
    """

    erasure_id: str
    subject: str
    begun: datetime
    ended: datetime
    events: int
    rewritten: int
    rejects: int
    tombstones: list[str]
    files: int = 0
    newest: date | None = None
    beyond: list[Beyond] = []

    def until(self, now: datetime) -> datetime:
        """What happened up to then is erased. Not as its date says where that is before what it erased, or has not
        come yet: a clock was wrong."""
        if self.newest is None or (self.newest <= self.ended.date() and self.ended <= now):
            return self.ended
        return datetime.combine(self.newest, time.max, UTC)


class Erasures:
    """The files ``privacy/erasing.json`` (while an erasure is running) and ``privacy/erasures.jsonl`` of a shop."""

    def __init__(self, folder: Path) -> None:
        self._running, self._done, self._key = folder / "erasing.json", folder / "erasures.jsonl", folder / "key"

    def running(self) -> Plan | None:
        """The erasure that was begun and is not done."""
        with suppress(FileNotFoundError):
            return msgspec.json.decode(self._running.read_bytes(), type=Plan)
        return None

    def stamp(self) -> str:
        """Changes when an erasure begins or is done; cheap to ask."""
        told = []
        for file in (self._running, self._done):
            with suppress(FileNotFoundError):
                about = file.stat()
                told.append(f"{file.name} {about.st_ino} {about.st_mtime_ns} {about.st_size}")
        return " ".join(told)

    def begin(self, plan: Plan) -> None:
        """Notes what is to go, durably; in the place of what was noted of the same erasure before."""
        self._running.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._running.with_name("erasing.new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(plan))
            file.flush()
            os.fsync(file.fileno())
        before = self._running.open("r+b") if self._running.exists() else None
        os.replace(fresh, self._running)
        if before:
            with before:
                before.write(bytes(os.fstat(before.fileno()).st_size))

    def note(self, plan: Plan, beyond: Sequence[Beyond] = ()) -> Erased:
        """Notes that it is done; once, however often this is called."""
        done = {one.erasure_id: one for one in self.all()}
        return done.get(plan.erasure_id) or self._note(plan, beyond)

    def end(self) -> None:
        """Destroys the plan."""
        destroy(self._running.with_name("erasing.new"))
        destroy(self._running)

    def all(self) -> list[Erased]:
        """The erasures that were done, in order."""
        with suppress(FileNotFoundError):
            found = []
            for line in self._done.read_bytes().splitlines():
                with suppress(msgspec.MsgspecError):  # the last line, where a process was killed
                    found.append(msgspec.json.decode(line, type=Erased))
            return found
        return []

    def tombstones(self) -> dict[str, datetime]:
        """The hashes of erased identifiers, and up to when what happened to each is erased."""
        now, found = datetime.now(UTC), dict[str, datetime]()
        for one in self.all():
            until = one.until(now)
            found |= {stone: max(until, found.get(stone, until)) for stone in one.tombstones}
        return found

    def hash(self, kind: str, text: str) -> str:
        """The keyed hash of an identifier."""
        return self._hash(f"{kind}\0{text}")

    def _note(self, plan: Plan, beyond: Sequence[Beyond]) -> Erased:
        stones = sorted({self.hash(kind, text) for kind, text in plan.pairs()})
        done = Erased(
            erasure_id=plan.erasure_id,
            subject=self._hash("\0".join(stones)),
            begun=plan.begun,
            ended=datetime.now(UTC),
            events=len(plan.places),
            rewritten=len(plan.others),
            rejects=len(plan.rejects),
            files=len(plan.files),
            tombstones=stones,
            newest=plan.newest.date() if plan.newest else None,
            beyond=[*beyond],
        )
        torn = self._done.exists() and not self._done.read_bytes().endswith(b"\n")
        with self._done.open("ab") as file:
            file.write((b"\n" if torn else b"") + msgspec.json.encode(done) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return done

    def _hash(self, text: str) -> str:
        key = kept_secret(self._key)
        return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16, person=b"tombstone").hexdigest()


def together(some: Iterable[Mapping[str, Iterable[str]]]) -> Texts:
    """Identifiers from several places, each once."""
    found: dict[str, set[str]] = {}
    for texts in some:
        for kind, values in texts.items():
            found.setdefault(kind, set()).update(values)
    return {kind: sorted(values) for kind, values in found.items()}
