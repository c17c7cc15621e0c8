"""Files that lie in drop folders, imported one by one: all of a file or nothing, and no row twice."""

from __future__ import annotations

from pathlib import Path

from periplo.errors import DataError, UsageError
from periplo.intake.dropped import DONE, FAILED, Waiting, put_away
from periplo.language import tell
from periplo.workspace.importing import import_files
from periplo.workspace.settings.drops import Drop
from periplo.workspace.stores import Stores


class Drops:
    """The drop folders of a shop; made where they are missing."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._waiting = {name: Waiting(self._folder(name, drop)) for name, drop in stores.settings.drops.items()}

    def look(self) -> int:
        """Imports the files that are whole; answers how many rows were read. Raises ``ShopBusy``: they stay then."""
        read = 0
        for name, waiting in self._waiting.items():
            self._folder(name, self._stores.settings.drops[name]).mkdir(parents=True, exist_ok=True)
            for file in waiting.whole():
                read += self._import(file, self._stores.settings.drops[name])
        return read

    def _import(self, file: Path, drop: Drop) -> int:
        """A file that was read and not moved when the process ended is read again, which adds nothing."""
        mapping = self._stores.places.root / drop.mapping if drop.mapping else None
        try:
            report = import_files(self._stores, [file], drop.preset or None, mapping, None)
        except (DataError, UsageError) as error:
            put_away(file, FAILED, {"error": tell(error, "en")})
            return 0
        put_away(file, DONE, {"preset": report.preset} | report.counts())
        return report.read

    def _folder(self, name: str, drop: Drop) -> Path:
        return self._stores.places.root / (drop.folder or f"drops/{name}")
