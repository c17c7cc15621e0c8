"""Which keys the archive may hold, without asking it: the hashes of all of them, sorted, memory-mapped.

Eight bytes for each event, and of new keys as good as none is mistaken for an old one: only real repetitions are looked
up in the archive itself. Safe to delete: it is made again from the archive when it is missing or damaged. Who holds the
shop's lock writes it; all others only read, so that nobody takes away what another is just opening.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from uuid import uuid4

import msgspec
import numpy as np

from periplo.events.keys import U64, Bool, inside, key_hashes, merged
from periplo.lake.lake import Lake, Snapshot
from periplo.operation.disk import dispensable
from periplo.operation.shelf import Shelf, opened, release

MOST_IN_MEMORY = 1 << 18
"""Runs that are longer together are joined out of memory, so many hashes at a time."""

_MANIFEST = "seen.json"


class _Manifest(msgspec.Struct):
    """Which files of the archive, as it was at a commit, are in which runs."""

    version: int
    files: list[str]
    runs: list[str]


@dataclass(frozen=True)
class _Seen:
    """Hashes of the keys in some files of the archive, as it was at a commit; never changed, only replaced."""

    version: int = -1
    files: frozenset[str] = frozenset()
    runs: Mapping[str, U64] = field(default_factory=dict)

    def plus(self, hashes: U64, scratch: Path) -> _Seen:
        """With more hashes: a run of their own, or joined with those that are not much longer."""
        runs, run = dict(self.runs), np.unique(hashes)
        while runs and len(runs[last := next(reversed(runs))]) <= 2 * len(run):
            run = _joined(runs.pop(last), run, scratch)
        runs[f"{zlib.crc32(run.data):08x}-{uuid4().hex}"] = run
        return _Seen(self.version, self.files, runs)


class ArchivedKeys:
    """What the log asks of the archive. Safe for threads; several processes may share the folder, and one writes it."""

    def __init__(self, folder: Path, lake: Lake) -> None:
        self._folder, self._lake, self._following = folder, lake, Lock()
        self._seen = _Seen()

    def version(self) -> int:
        """The newest commit of the archive."""
        return self._lake.now().version

    def known(self, keys: Iterable[tuple[str, str]], after_seq: int = 0) -> set[tuple[str, str]]:
        """Those of the keys that the archive holds now, after a place in the sequence."""
        asked = set(keys)
        return self._lake.now().known(asked, after_seq) if asked else set()

    def maybe(self, hashes: U64, version: int) -> Bool:
        """Which keys, by their hashes, may be in the archive as it was at a commit; all others are not."""
        if self._seen.version < version:
            with self._following:
                self._seen = self._read_on(_opened(self._folder, self._seen.runs))
        found = np.zeros(len(hashes), np.bool_)
        for run in self._seen.runs.values():
            found |= inside(run, hashes)
        return found

    def follow(self, compacted: Sequence[str] = ()) -> None:
        """Reads what was archived since, and keeps it, so that the next question of whichever process need not wait for
        that. Only with the shop's lock held. ``compacted``: files that hold only what lay in others that are known."""
        with self._following:
            kept = _opened(self._folder, self._seen.runs)
            self._seen = seen = self._read_on(kept, compacted)
            if seen.files != kept.files:
                with dispensable("Which keys are in the archive"):
                    self._seen = _kept(self._folder, seen)

    def _read_on(self, kept: _Seen, compacted: Sequence[str] = ()) -> _Seen:
        """With all that was archived by now; most of it another process may have ``kept`` already."""
        seen, archive = kept if kept.files > self._seen.files else self._seen, self._lake.now()
        known = {*seen.files, *compacted}
        for file in archive.files():
            if file not in known:
                seen = self._plus(seen, archive, file)
        return replace(seen, version=archive.version, files=seen.files.union(compacted))

    def _plus(self, seen: _Seen, archive: Snapshot, file: str) -> _Seen:
        """With the keys in a file."""
        for keys in archive.keys_in(file):
            seen = seen.plus(key_hashes(keys["source"], keys["event_id"]), self._folder.parent)
        return replace(seen, files=seen.files | {file})


def _joined(one: U64, other: U64, scratch: Path) -> U64:
    """Both as one run; a long one lies out of memory, unless nothing can be written."""
    if len(one) + len(other) > MOST_IN_MEMORY:
        with dispensable("A run of keys"):
            return Shelf(scratch).join(_in_order(one, other), np.uint64)[0]
    return merged(one, other)


def _in_order(one: U64, other: U64) -> Iterator[tuple[U64]]:
    """What is in either run, in order, some at a time."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    cuts = np.arange(MOST_IN_MEMORY, len(longer), MOST_IN_MEMORY)
    begins = zip(np.split(longer, cuts), np.split(shorter, np.searchsorted(shorter, longer[cuts])), strict=True)
    for some, others in begins:
        yield (merged(some, others),)
        release(longer)
        release(shorter)


def _opened(folder: Path, known: Mapping[str, U64], tries: int = 2) -> _Seen:
    """What the folder holds, with the runs that are ``known`` already; nothing where it is missing or damaged. Runs may
    have been replaced just after they were named: then they are named anew."""
    try:
        manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)
        runs = {name: known[name] if name in known else _read(folder / name) for name in manifest.runs}
        return _Seen(manifest.version, frozenset(manifest.files), runs)
    except (OSError, ValueError, msgspec.MsgspecError):
        return _opened(folder, known, tries - 1) if tries > 1 else _Seen()


def _kept(folder: Path, seen: _Seen) -> _Seen:
    """The same out of files, written in one step: first the new runs, then the list of all, then the old ones go."""
    folder.mkdir(parents=True, exist_ok=True)
    before = {file.name for file in folder.iterdir()} - {_MANIFEST}
    for name in seen.runs.keys() - before:
        (folder / name).write_bytes(seen.runs[name].data)
    runs = {name: run if name in before else _read(folder / name) for name, run in seen.runs.items()}
    fresh = folder / f"{_MANIFEST}.{uuid4().hex}"
    fresh.write_bytes(msgspec.json.encode(_Manifest(seen.version, sorted(seen.files), list(runs))))
    os.replace(fresh, folder / _MANIFEST)
    for name in before - runs.keys():
        (folder / name).unlink(missing_ok=True)
    return replace(seen, runs=runs)


def _read(file: Path) -> U64:
    """A run, memory-mapped. Raises ``ValueError`` where it is not as it was written, ``OSError`` where it is not."""
    run = opened(file, np.uint64)
    if f"{zlib.crc32(run.data):08x}" != file.name[:8]:
        raise ValueError(file.name)
    release(run)
    return run
