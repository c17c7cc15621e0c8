"""A backup made while the shop is open: live events go on, imports and the archiver wait for their turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from periplo.access import Access
from periplo.errors import CannotWrite, UsageError
from periplo.log import Database
from periplo.workspace import erasing
from periplo.workspace.backup.files import copied, linked, plain_files, settle, summed
from periplo.workspace.backup.manifest import DRAFT, Backup, Kept, Manifest, backups, write_manifest
from periplo.workspace.backup.targets import Targets, must_be_outside
from periplo.workspace.recording import WAIT_S
from periplo.workspace.stores import Stores


def back_up(stores: Stores, access: Access, target: Path, keep: int | None = None) -> Backup:
    """A new backup in a folder, then at most ``keep`` of them. Raises ``CannotWrite``, ``ShopBusy``, ``UsageError``."""
    must_be_outside(stores.places.root, target)
    with stores.lock.hold(WAIT_S):
        stores.clear()
        erasing.resume(stores)
        before = _own(stores, target)
        Targets(stores.places.root).add(target)
        with _draft(target) as draft:
            manifest = _copy(stores, access, draft, before[-1] if before else None)
            write_manifest(draft, manifest)
            settle(draft)
            made = draft.rename(target / _name(manifest.made_at, target))
            settle(target)
        prune(target, keep)
    return Backup(made, manifest)


def prune(target: Path, keep: int | None) -> None:
    """Removes the oldest backups beyond so many. None keeps all."""
    for old in backups(target)[: -keep if keep else 0]:
        gone = old.folder.rename(target / f"{DRAFT}{uuid4().hex}")
        rmtree(gone, ignore_errors=True)


def _own(stores: Stores, target: Path) -> list[Backup]:
    """The backups that are there. Raises ``UsageError`` where they are another shop's."""
    found = backups(target)
    if any(backup.manifest.shop != stores.lake.now().table_id for backup in found):
        raise UsageError("{path} has backups of another shop.", fix="Give each shop a folder of its own.", path=target)
    return found


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A folder to work in, which has its name only when it is whole; what killed ones left is removed."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        for left in target.glob(f"{DRAFT}*"):
            rmtree(left, ignore_errors=True)
        draft = target / f"{DRAFT}{uuid4().hex}"
        draft.mkdir()
        try:
            yield draft
        finally:
            rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise CannotWrite(
            "The backup could not be written to {path}.",
            why="The system says: {reason}.",
            fix="Free some space there, or choose another folder; the backups that were there are whole.",
            path=target,
            reason=error.strerror or str(error),
        ) from error


def _copy(stores: Stores, access: Access, draft: Path, before: Backup | None) -> Manifest:
    """Copies all of it. First what follows the log, then the log: no consumer knows more than the log."""
    files: dict[str, Kept] = {}
    for name, database in _databases(stores, access):
        database.copy_to(draft / name)
        files[name] = summed(draft / name)
    seq = stores.log.settled()
    files |= _archive(stores, draft, before)
    for mine in plain_files(stores.places.root):
        files[str(mine)] = copied(stores.places.root / mine, draft / mine)
    return Manifest(
        shop=stores.lake.now().table_id,
        name=stores.settings.name,
        made_at=datetime.now(UTC),
        seq=seq,
        number=before.manifest.number + 1 if before else 1,
        files=files,
    )


def _databases(stores: Stores, access: Access) -> Iterator[tuple[str, Database]]:
    yield stores.places.state.name, stores.state
    for database in () if access.shared else access.databases().values():  # others' people are not the shop's to keep
        yield stores.places.access.name, database
    yield stores.places.log.name, stores.log_database


def _archive(stores: Stores, draft: Path, before: Backup | None) -> dict[str, Kept]:
    """The archive as it is at its newest commit; files that the backup before has are shared with it."""
    root, lake = stores.places.root, stores.places.lake
    found: dict[str, Kept] = {}
    for file in map(Path, stores.lake.now().files()):
        mine = str(file.relative_to(root))
        kept = before.manifest.files.get(mine) if before else None
        if before and kept and kept.bytes == file.stat().st_size:
            found[mine] = linked(before.folder / mine, draft / mine, kept)
        else:
            found[mine] = copied(file, draft / mine)
    for file in (lake / "_delta_log").iterdir():
        if file.is_file():
            found[str(file.relative_to(root))] = copied(file, draft / file.relative_to(root))
    return found


def _name(made_at: datetime, target: Path) -> str:
    name = made_at.strftime("%Y%m%dT%H%M%S.%fZ")
    return name if not (target / name).exists() else f"{name}-{uuid4().hex[:6]}"
