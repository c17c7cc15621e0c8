"""Whether a file that people edit is still the same, without reading it each time."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

JUST_NOW_NS = 3_000_000_000
"""File systems tell times as coarsely as two seconds: a file changed more lately may change again unseen."""


class Stamps:
    """Short names of what is in files: equal for equal contents. A file is read again only when it was touched since,
    or so lately that its time cannot tell. Safe for threads."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}

    def of(self, file: Path) -> str:
        """The stamp of a file; empty for one that is missing or cannot be read."""
        try:
            found = file.stat()
            touched = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            known = self._known.get(file)
            if known and known[0] == touched:
                return known[1]
            stamp = sha256(file.read_bytes()).hexdigest()[:12]
        except OSError:
            return ""
        if time.time_ns() - max(touched[:2]) > JUST_NOW_NS:
            self._known[file] = touched, stamp
        return stamp
