"""Which keys the archive may hold, without asking it: the hashes of all of them, sorted, memory-mapped.

Eight bytes for each event, and of new keys as good as none is mistaken for an old one: only real repetitions are looked
up in the archive itself. Safe to delete: it is made again from the archive when it is missing or damaged.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from uuid import uuid4

import msgspec
import numpy as np
import pyarrow as pa

from periplo.events.keys import U64, Bool, inside, key_hashes
from periplo.lake.lake import Lake

_MANIFEST = "seen.json"


class _Manifest(msgspec.Struct):
    """Which files of the archive, as it was at a commit, are in which runs."""

    version: int
    files: list[str]
    runs: list[str]


class ArchivedKeys:
    """What the log asks of the archive. Safe for threads; several processes may share the folder."""

    def __init__(self, folder: Path, lake: Lake) -> None:
        self._folder, self._lake, self._lock = folder, lake, Lock()
        self._version = -1
        self._files: set[str] = set()
        self._runs: dict[str, U64] = {}

    def version(self) -> int:
        """The newest commit of the archive."""
        return self._lake.now().version

    def known(self, keys: Iterable[tuple[str, str]], after_seq: int = 0) -> set[tuple[str, str]]:
        """Those of the keys that the archive holds now, after a place in the sequence."""
        asked = set(keys)
        return self._lake.now().known(asked, after_seq) if asked else set()

    def maybe(self, hashes: U64, version: int) -> Bool:
        """Which keys, by their hashes, may be in the archive as it was at a commit; all others are not."""
        with self._lock:
            if self._version < version:
                self._follow()
            found = np.zeros(len(hashes), np.bool_)
            for run in self._runs.values():
                found |= inside(run, hashes)
            return found

    def follow(self) -> None:
        """Reads what was archived since, so that the next question need not wait for it."""
        with self._lock:
            self._follow()

    def _follow(self) -> None:
        if self._version < 0:
            self._open()
        archive = self._lake.now()
        new = [file for file in archive.files() if file not in self._files]
        for file in new:
            self._add(archive.keys_in(file))
            self._files.add(file)
        self._version = archive.version
        if new:
            self._write()

    def _add(self, keys: pa.Table) -> None:
        """More keys: a run of their own, or joined with those that are not much larger."""
        run = np.sort(key_hashes(keys["source"].combine_chunks(), keys["event_id"].combine_chunks()))
        while self._runs and len(self._runs[last := next(reversed(self._runs))]) <= 2 * len(run):
            run = np.sort(np.concatenate((self._runs.pop(last), run)))
        self._runs[f"{zlib.crc32(run.data):08x}-{uuid4().hex}"] = run

    def _open(self) -> None:
        """What the folder holds; nothing where it is missing or damaged."""
        try:
            manifest = msgspec.json.decode((self._folder / _MANIFEST).read_bytes(), type=_Manifest)
            self._runs = {name: _read(self._folder / name) for name in manifest.runs}
            self._files, self._version = set(manifest.files), manifest.version
        except (OSError, ValueError, msgspec.MsgspecError):
            self._runs, self._files = {}, set()

    def _write(self) -> None:
        """Keeps the runs, in one step: first those that are new, then the list of all, then the old ones go."""
        self._folder.mkdir(parents=True, exist_ok=True)
        before = {file.name for file in self._folder.iterdir()} - {_MANIFEST}
        for name in self._runs.keys() - before:
            (self._folder / name).write_bytes(self._runs[name].data)
            self._runs[name] = _read(self._folder / name)
        manifest = _Manifest(self._version, sorted(self._files), list(self._runs))
        fresh = self._folder / f"{_MANIFEST}.{uuid4().hex}"
        fresh.write_bytes(msgspec.json.encode(manifest))
        os.replace(fresh, self._folder / _MANIFEST)
        for name in before - self._runs.keys():
            (self._folder / name).unlink(missing_ok=True)


def _read(file: Path) -> U64:
    """A run, memory-mapped. Raises ``ValueError`` where it is not as it was written, ``OSError`` where it is not."""
    run = np.memmap(file, np.uint64, "r") if file.stat().st_size else np.zeros(0, np.uint64)
    if f"{zlib.crc32(run.data):08x}" != file.name[:8]:
        raise ValueError(file.name)
    return run
