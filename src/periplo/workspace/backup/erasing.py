"""Whoever is erased in a shop is erased in its backups: each is a shop, opened, changed, and summed up anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from msgspec.structs import replace

from periplo.privacy import Erased, Texts
from periplo.workspace import erasing
from periplo.workspace.backup.files import DERIVED, LOCK, plain_files, summed
from periplo.workspace.backup.manifest import Backup, Manifest, backup_in, backups, write_manifest
from periplo.workspace.opening import exists, finish, name_of, settings_of, words_of
from periplo.workspace.places import Places
from periplo.workspace.settings import Settings
from periplo.workspace.stores import Stores


def erase_in(folder: Path | str, texts: Texts) -> list[Erased]:
    """Erases whoever has one of these identifiers, by kind, in a backup, in all backups of a folder, or in any other
    copy of a shop. Raises ``NotAShop``, ``ShopBusy``."""
    folder = Path(folder)
    own = backup_in(folder)
    found = [own] if own else backups(folder)
    if not found and not exists(folder) and folder.is_dir():
        return []  # all its backups were removed
    if not found:
        with _opened(folder, settings_of(folder)) as stores:
            return erasing.erase_known(stores, texts)
    return [one for backup in found for one in _change(backup, lambda stores: erasing.erase_known(stores, texts))]


def finish_erasing(backup: Backup) -> Backup:
    """The backup, once an erasure that was killed in it is done."""
    if backup.manifest.changing:
        _change(backup, lambda _: [])
    return backup_in(backup.folder) or backup


def _change(backup: Backup, work: Callable[[Stores], list[Erased]]) -> list[Erased]:
    """Opens a backup as the shop that it is, lets ``work`` change it, and sums it up."""
    folder = backup.folder.absolute()
    write_manifest(folder, replace(backup.manifest, changing=True))
    # Its databases are files, whatever the shop's settings say.
    settings = replace(Settings.read(folder / "periplo.toml", name_of(folder)), database="")
    with _opened(folder, settings) as stores:
        done = work(stores)
        live = {str(Path(file).relative_to(folder)) for file in stores.lake.now().files()}
    for name in DERIVED:
        rmtree(folder / name, ignore_errors=True)
    (folder / LOCK).unlink(missing_ok=True)
    write_manifest(folder, _summed(folder, backup.manifest, live))
    return done


@contextmanager
def _opened(folder: Path, settings: Settings) -> Iterator[Stores]:
    stores = Stores(Places(folder), settings, words_of(folder))
    try:
        finish(stores)
        yield stores
    finally:
        stores.close()


def _summed(folder: Path, before: Manifest, live: set[str]) -> Manifest:
    """The manifest of what is there now; files of the archive never change, so they need not be read again."""
    files = {mine: before.files.get(mine) or summed(folder / mine) for mine in live}
    history = (file for file in (Places(folder).lake / "_delta_log").iterdir() if file.is_file())
    changed = [file.relative_to(folder) for file in [*folder.glob("*.db"), *history]]
    files |= {str(mine): summed(folder / mine) for mine in [*changed, *plain_files(folder)]}
    return replace(before, files=files, changing=False)
