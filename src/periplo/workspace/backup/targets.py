"""Where a shop's backups lie, remembered in the shop, so that erasures find them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from periplo.errors import CannotWrite, UsageError
from periplo.operation.disk import written
from periplo.operation.replacing import replace_file


def must_be_outside(shop: Path, target: Path) -> None:
    """Raises ``UsageError`` where backups would lie in the folder of the shop itself."""
    if target.resolve().is_relative_to(shop.resolve()):
        raise UsageError(
            "{path} lies in the shop's own folder.",
            why="Each backup would hold those before it, and all of them would go with the shop.",
            fix="Choose a folder outside of it, best on another disk.",
            path=target,
        )


class Targets:
    """The file ``backups.json`` of a shop."""

    def __init__(self, root: Path) -> None:
        self._file = root / "backups.json"

    def all(self) -> list[Path]:
        """The folders, as they were named."""
        if not self._file.exists():
            return []
        return [Path(place) for place in msgspec.json.decode(self._file.read_bytes(), type=list[str])]

    def add(self, target: Path) -> None:
        known = self.all()
        if target.absolute() not in known:
            self._write([*known, target.absolute()])

    def forget(self, target: Path) -> None:
        """The backups there are gone: nobody looks for them any more."""
        self._write([place for place in self.all() if place != target.absolute()])

    def reached(self) -> list[Path]:
        """The folders, all of which are there. Raises ``CannotWrite``."""
        for place in self.all():
            if not place.is_dir():
                raise CannotWrite(
                    "The backups in {path} cannot be reached.",
                    why="Whoever is erased must be erased there too.",
                    fix="Bring them back, or, if they are gone for good: periplo backup SHOP {path} --forget",
                    path=place,
                )
        return self.all()

    def _write(self, places: list[Path]) -> None:
        with written(self._file.name):
            replace_file(self._file, msgspec.json.encode([str(place) for place in places]))
