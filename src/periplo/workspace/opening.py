"""Opening and making shops."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from periplo.access import Access
from periplo.errors import DamagedShop, NotAShop, ShopBusy
from periplo.operation import trouble_of
from periplo.operation.replacing import replace_file
from periplo.vocabulary import Taxonomy
from periplo.vocabulary import load as load_vocabulary
from periplo.vocabulary import taxonomy as own_words
from periplo.workspace import erasing
from periplo.workspace.places import Places
from periplo.workspace.settings import Settings
from periplo.workspace.stores import Stores

log = logging.getLogger("periplo.log")


def exists(path: Path) -> bool:
    """Whether a folder is a shop."""
    return Places(path).settings.is_file()


def settings_of(path: Path) -> Settings:
    """The settings of a shop, over them those of the environment. Raises ``NotAShop``, ``BadSettings``."""
    if not exists(path):
        raise NotAShop(
            "There is no shop at {path}.",
            why="This is a file." if path.is_file() else "A shop is a folder with a periplo.toml.",
            fix="Make one by importing your files: periplo import FILE --into SHOP; "
            "or by letting a system send to it: periplo sources add SHOP web",
            path=path,
        )
    return Settings.read(Places(path).settings, name_of(path), os.environ)


def name_of(path: Path) -> str:
    """The name of a shop that has none: that of its folder."""
    return path.resolve().name or "shop"


def access_of(path: Path, settings: Settings) -> Access:
    """Who may do what: with the shop's other stores, or where several shops keep their people."""
    people, places = settings.people, Places(path.absolute())
    key = places.root / people.key if people.key else places.access_key
    if people.database:
        return Access(people.database, people.workspace or name_of(path), key=key)
    return Access(settings.database or places.access, key=key)


def words_of(path: Path) -> Taxonomy:
    """The vocabulary, with the shop's own words. Raises ``BadVocabulary``."""
    return load_vocabulary(path) if (path / "vocabulary").is_dir() else own_words()


def make(path: Path, settings_file: Path | None) -> None:
    """A new shop in a new or empty folder, with these settings or the usual ones. Raises ``NotAShop``, ``BadSettings``.

    Its settings come first: a shop that was only half made is finished when it is next opened.
    """
    places = Places(path)
    if path.is_file() or any(not _begun(file) for file in path.glob("*")):
        raise NotAShop(
            "{path} is not a shop, and not empty.",
            fix="Choose a new folder for the shop.",
            path=path,
        )
    settings = Settings.read(settings_file, name_of(path)) if settings_file else Settings(name=name_of(path))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise trouble_of(error) or NotAShop(
            "The folder {path} cannot be made.",
            why="The system says: {problem}.",
            fix="Choose another place for the shop.",
            path=path,
            problem=error.strerror or str(error),
        ) from error
    replace_file(places.settings, settings_file.read_bytes() if settings_file else settings.as_toml().encode())


def finish(stores: Stores) -> None:
    """Makes what a shop that was only half made lacks, and clears up after killed imports."""
    places = stores.places
    archived = any((places.lake / "_delta_log").glob("*.json"))  # its folder alone is an archive that was half made
    if not archived and not places.log.exists():
        stores.lake.create()
    stores.recover()
    _go_on(stores)
    erasing.finish(stores)
    stores.salts.sweep(stores.today())


def _go_on(stores: Stores) -> None:
    """Lets the log go on after all that was read from it: one that was put back, or has lost its last pages, would give
    its old places to new events, which nobody would read and the archive would take for its own."""
    with suppress(DamagedShop):
        _take_back(stores)
        cursor = stores.identity.cursor() if stores.settings.database or stores.places.state.exists() else 0
        seen = max(cursor, stores.lake.now().archived_seq())
        if stores.log.go_on_after(seen):
            log.error("log.db has lost events that were read before; it goes on after place %d of the sequence.", seen)


def _take_back(stores: Stores) -> None:
    """Lets what an archive lacks that was put back come from the log once more, as far as it is kept there."""
    if not stores.kept.lacking(stores.lake.now().archived_seq()):
        return
    with suppress(ShopBusy), stores.lock.hold(wait_s=0):
        archive = stores.lake.now()
        if stores.kept.lacking(archive.archived_seq()):
            whole = stores.kept.take_back(archive.archived_seq(), archive.version)
            log.error("The archive is an older one; the log has %s of what it lacks.", "all" if whole else "a part")


def _begun(file: Path) -> bool:
    """What a killed ``make`` may leave."""
    return file.name.startswith("periplo.toml.")
