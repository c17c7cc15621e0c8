"""Files of a shop copied, each with its checksum, so that they are on disk when it is said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from periplo.workspace.backup.manifest import MANIFEST, Kept

_AT_ONCE = 1 << 20
DERIVED, LOCK = ("cache", "staging"), ".lock"
"""What is made again, and what only holds while a process lives."""

_DATABASE = (".db", ".db-wal", ".db-shm", ".db-journal")


def plain_files(root: Path) -> Iterator[Path]:
    """What lies in a shop's folder, from there on, besides databases, the archive and what is derived. The salts of the
    day stay where they are: no copy may outlive them."""
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        if here == Path():
            folders[:] = [name for name in folders if name not in (*DERIVED, "lake")]
        for name in names:
            mine = here / name
            if not (name.endswith(_DATABASE) or name.startswith("salt-") or str(mine) in (LOCK, MANIFEST)):
                yield mine


def copied(source: Path, target: Path) -> Kept:
    """Copies a file onto the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as old, target.open("wb") as new:
        digest, size = sha256(), 0
        while part := old.read(_AT_ONCE):
            digest.update(part)
            size += new.write(part)
        new.flush()
        os.fsync(new.fileno())
    return Kept(size, digest.hexdigest())


def linked(source: Path, target: Path, kept: Kept) -> Kept:
    """The same file under another name, where the disk can; else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        os.link(source, target)
        return kept
    return copied(source, target)


def summed(file: Path) -> Kept:
    """The checksum of a file, which is on disk then."""
    with file.open("rb") as old:
        os.fsync(old.fileno())
        digest, size = sha256(), 0
        while part := old.read(_AT_ONCE):
            digest.update(part)
            size += len(part)
    return Kept(size, digest.hexdigest())


def settle(folder: Path) -> None:
    """Puts the names in a folder and all below it onto the disk."""
    for inner in [folder, *(one for one in folder.rglob("*") if one.is_dir())]:
        handle = os.open(inner, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
