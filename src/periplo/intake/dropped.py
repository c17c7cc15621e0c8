"""Folders that other systems drop files into: which files are whole, and where they go when they were read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

SETTLED_S = 5.0
"""A file that has not changed for so long is whole."""

DONE, FAILED = "done", "failed"
_UNFINISHED = {".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp"}


class Waiting:
    """Knows since when each file of a folder has been as it is. ``clock``: seconds, of any beginning."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._since: dict[Path, tuple[tuple[int, int], float]] = {}

    def whole(self) -> list[Path]:
        """The files that are whole, by name. One that is still being written waits."""
        now, before = self._clock(), self._since
        self._since = {}
        for file in sorted(self._folder.glob("*")):
            if file.is_file() and not file.name.startswith(".") and file.suffix.lower() not in _UNFINISHED:
                told = file.stat()
                stamp = told.st_size, told.st_mtime_ns
                known = before.get(file, (stamp, now))
                self._since[file] = known if known[0] == stamp else (stamp, now)
        return [file for file, (_, since) in self._since.items() if now - since >= SETTLED_S]


def put_away(file: Path, where: str, report: object) -> Path:
    """Moves a file into ``done/`` or ``failed/`` beside it, under a name that is free, with what came of it as JSON."""
    folder = file.parent / where
    folder.mkdir(exist_ok=True)
    names = (file.name, *(f"{file.stem}-{number}{file.suffix}" for number in range(2, 1_000_000)))
    target = next(folder / name for name in names if not (folder / name).exists())
    report_of(target).write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    return file.rename(target)


def report_of(file: Path) -> Path:
    """Where it stands what came of a file that was put away."""
    return file.with_name(f"{file.name}.report.json")
