"""Files that lie in drop folders, imported one by one: all of a file or nothing, and no row twice."""

from __future__ import annotations

from pathlib import Path

from periplo.errors import DataError, UsageError
from periplo.intake.dropped import DONE, FAILED, Waiting, put_away
from periplo.language import LANGUAGES, tell
from periplo.workspace.importing import import_files
from periplo.workspace.settings.drops import Drop
from periplo.workspace.stores import Stores


class Drops:
    """The drop folders of a shop; made where they are missing."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._waiting = {
            name: Waiting(drop.place(stores.places.root, name)) for name, drop in stores.settings.drops.items()
        }

    def look(self) -> int:
        """Imports the files that are whole; answers how many rows were read. Raises ``ShopBusy``: they stay then."""
        read = 0
        for name, waiting in self._waiting.items():
            drop = self._stores.settings.drops[name]
            drop.place(self._stores.places.root, name).mkdir(parents=True, exist_ok=True)
            for file in waiting.whole():
                read += self._import(file, drop)
        return read

    def _import(self, file: Path, drop: Drop) -> int:
        """A file that was read and not moved when the process ended is read again, which adds nothing."""
        before = self._stores.erasures.stamp()
        mapping = self._stores.places.root / drop.mapping if drop.mapping else None
        try:
            report = import_files(self._stores, [file], drop.preset or None, mapping, None)
        except (DataError, UsageError) as error:
            put_away(file, FAILED, {"error": {lang: tell(error, lang) for lang in LANGUAGES}})
            return 0
        done = put_away(file, DONE, {"preset": report.preset} | report.counts())
        if report.erased or self._stores.erasures.stamp() != before:
            done.unlink(missing_ok=True)  # it may name who was erased; all else in it is in the shop
        return report.read
