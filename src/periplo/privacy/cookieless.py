"""Counting visitors without cookies: a salted hash that names somebody for one day and can never be made again."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from periplo.privacy.secret import destroy, kept_secret


def visitor(salt: bytes, source: str, ip: str, user_agent: str) -> str:
    """The name of a visitor for the day of the salt."""
    mixed = blake2b(key=salt, digest_size=16, person=b"visitor")
    for part in (source, ip, user_agent):
        said = part.encode("utf-8", "replace")
        mixed.update(len(said).to_bytes(4) + said)
    return f"day-{mixed.hexdigest()}"


class Salts:
    """The salt of today, in a file of its own; all processes of a shop use the same. Safe for threads.

    A salt that is not of today is overwritten and removed: whoever later has the folder and a list of addresses
    cannot tell who came.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._today: tuple[date, bytes] | None = None

    def of(self, today: date) -> bytes:
        """The salt of this day, made where there is none; those of other days are destroyed."""
        with self._lock:
            if self._today is None or self._today[0] != today:
                self._sweep(today)
                self._today = today, kept_secret(self._file(today))
            return self._today[1]

    def sweep(self, today: date) -> None:
        """Destroys the salts of other days."""
        with self._lock:
            if self._today and self._today[0] != today:
                self._today = None
            self._sweep(today)

    def _sweep(self, today: date) -> None:
        for file in self._folder.glob("salt-*"):
            if not file.name.startswith(self._file(today).name):
                destroy(file)

    def _file(self, day: date) -> Path:
        return self._folder / f"salt-{day.isoformat()}"
