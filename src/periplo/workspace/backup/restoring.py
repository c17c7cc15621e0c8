"""A backup put back: read through and checked first, then put in its place whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from periplo.access import Access
from periplo.errors import CannotWrite, DamagedShop, UsageError
from periplo.identity import open_state
from periplo.log import Database, open_log
from periplo.workspace.backup.erasing import finish_erasing
from periplo.workspace.backup.files import copied, settle
from periplo.workspace.backup.manifest import Backup, backup_named
from periplo.workspace.backup.targets import must_be_outside
from periplo.workspace.opening import exists, settings_of
from periplo.workspace.places import Places


def restore(target: Path, shop: Path, *, name: str | None = None, force: bool = False) -> Backup:
    """Makes a shop of a backup, the newest unless one is named; ``force`` replaces the shop that is there.

    Nothing may have the shop open. Raises ``UsageError``, ``NotAShop``, ``DamagedShop``, ``CannotWrite``.
    """
    must_be_outside(shop, target)
    backup = finish_erasing(backup_named(target, name))
    _must_be_free(shop, force)
    with _draft(shop) as draft:
        for mine, kept in backup.manifest.files.items():
            if copied(_within(backup.folder, mine), draft / mine) != kept:
                raise DamagedShop(
                    "The backup {name} is damaged: {file} is not as it was written.",
                    fix="Restore another: periplo backups {path}",
                    name=backup.name,
                    file=mine,
                    path=target,
                )
        _fill_database(draft, force)
        settle(draft)
        _put(draft, shop)
    return backup


def _within(folder: Path, mine: str) -> Path:
    """A file of a backup. Raises ``DamagedShop`` where a manifest leads elsewhere, or the file is gone."""
    file = folder / mine
    if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
        raise DamagedShop("The backup {name} is damaged: {file} is not there.", name=folder.name, file=mine)
    return file


def _must_be_free(shop: Path, force: bool) -> None:
    if exists(shop) and not force:
        raise UsageError(
            "There is a shop at {path} already.",
            fix="Restore into a new folder, or replace it with --force once nothing has it open.",
            path=shop,
        )
    if not exists(shop) and shop.exists() and (shop.is_file() or any(shop.iterdir())):
        raise UsageError("{path} is not a shop, and not empty.", fix="Choose a new folder for the shop.", path=shop)


@contextmanager
def _draft(shop: Path) -> Iterator[Path]:
    """A folder beside the shop's; what killed ones left is removed."""
    begin = f".restoring-{shop.name}-"
    try:
        shop.parent.mkdir(parents=True, exist_ok=True)
        for left in shop.parent.glob(f"{begin}*"):
            rmtree(left, ignore_errors=True)
        draft = shop.parent / f"{begin}{uuid4().hex}"
        draft.mkdir()
        try:
            yield draft
        finally:
            rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise CannotWrite(
            "The shop could not be restored to {path}.",
            why="The system says: {reason}.",
            fix="Free some space there, or choose another folder.",
            path=shop,
            reason=error.strerror or str(error),
        ) from error


def _fill_database(draft: Path, force: bool) -> None:
    """Where the settings name a PostgreSQL database, what the files hold goes there. Raises ``UsageError``."""
    url, places = settings_of(draft).database, Places(draft)
    if not url:
        return
    access = Access(url)
    mine: list[tuple[Database, Path]] = [(open_state(url), places.state), (open_log(url), places.log)]
    mine += [(database, places.access) for database in access.databases().values()]
    if not force and any(database.holds_anything() for database, _ in mine):
        raise UsageError(
            "The database of the settings holds a shop already.",
            fix="Name an empty one, or replace what it holds with --force once nothing has it open.",
        )
    for database, file in mine:
        if file.exists():
            database.copy_from(file)
            file.unlink()
        database.close()


def _put(draft: Path, shop: Path) -> None:
    """Puts the draft in the place of the shop, which is gone after that."""
    if shop.exists():
        before = shop.rename(draft.with_name(f"{draft.name}-before"))
        draft.rename(shop)
        rmtree(before, ignore_errors=True)
    else:
        draft.rename(shop)
    handle = os.open(shop.parent, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
