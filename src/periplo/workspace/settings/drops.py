"""A folder that other systems drop files into, as a shop sets it."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Drop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table ``[drops.NAME]``. ``folder``: from the shop's folder on, ``drops/NAME`` without one. ``preset`` or
    ``mapping`` (a file) say how its files are read; without either they are recognised by their columns."""

    folder: str = ""
    preset: str = ""
    mapping: str = ""

    def place(self, root: Path, name: str) -> Path:
        """Where its files are dropped, of the shop in ``root``."""
        return root / (self.folder or f"drops/{name}")
