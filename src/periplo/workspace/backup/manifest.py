"""What a backup says of itself. It is written last, then the folder gets its name: half a backup has neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from periplo.errors import NotAShop
from periplo.operation.replacing import replace_file

MANIFEST, FORMAT, DRAFT = "backup.json", 1, ".making-"


class Kept(msgspec.Struct, frozen=True):
    """One file: its size and its checksum."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``shop``: the id of the shop's archive; ``seq``: the last place of its sequence. ``number``: which it is in
    its folder, whatever the clock says. ``changing``: an erasure was begun here and is not done, so that checksums may
    not be right."""

    format: int = FORMAT
    shop: str
    name: str
    made_at: datetime
    seq: int
    number: int = 0
    files: dict[str, Kept]
    changing: bool = False


@dataclass(frozen=True)
class Backup:
    """A whole backup in its folder."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def bytes(self) -> int:
        """Of all files; those that several backups share count in each."""
        return sum(file.bytes for file in self.manifest.files.values())


def backup_in(folder: Path) -> Backup | None:
    """The backup in a folder, None where there is no whole one."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None
    return Backup(folder, manifest) if manifest.format == FORMAT and not folder.name.startswith(DRAFT) else None


def backups(target: Path) -> list[Backup]:
    """The whole backups in a folder, the oldest first."""
    found = filter(None, map(backup_in, target.iterdir() if target.is_dir() else ()))
    return sorted(found, key=lambda backup: (backup.manifest.number, backup.manifest.made_at, backup.name))


def backup_named(target: Path, name: str | None) -> Backup:
    """One by its name, or the newest. Raises ``NotAShop``."""
    found = {backup.name: backup for backup in backups(target)}
    chosen = found.get(name) if name else next(reversed(found.values()), None)
    if chosen is None:
        raise NotAShop(
            "There is no such backup in {path}.",
            fix="See those there are: periplo backups {path}",
            path=target,
        )
    return chosen


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Puts a manifest in the place of the one there."""
    replace_file(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
