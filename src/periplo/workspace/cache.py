"""The journeys of a shop on disk, memory-mapped: made again when they are not as they were written."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import msgspec
import numpy as np
from numpy.lib import format
from numpy.typing import NDArray

from periplo.journeys.build import Sorted
from periplo.journeys.columns import I64, Bool
from periplo.operation.replacing import replace_file
from periplo.operation.shelf import opened_npy, release, slices
from periplo.workspace.sums import Written

FORMAT = 7
_ABANDONED_S = 3600.0


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Up to which place of the sequence journeys go, their names by code, their first and last event.

    ``rewrites``: so often had events of the archive been corrected, or identifiers blocked. ``rules``: the stamp of
    those that told who is who. Events that say nothing of when they happened do not count for the last; None where
    there is no other.
    """

    seq: int = 0
    rewrites: int = 0
    rules: str = ""
    event_names: tuple[str, ...] = ()
    channel_names: tuple[str, ...] = ()
    since_us: int | None = None
    until_us: int | None = None


@dataclass(frozen=True)
class CachedJourneys:
    """``person`` bool[n] per customer. ``whose`` int64[k+1]: whose each identifier was, by which events were given to
    their customers."""

    about: About
    journeys: Sorted
    person: Bool
    whose: I64

    @property
    def events(self) -> int:
        return len(self.journeys.time_us)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        journeys = {name: getattr(self.journeys, name) for name in Sorted.__dataclass_fields__}
        return {"person": self.person, "whose": self.whose} | journeys

    def fits(self) -> bool:
        """Whether the arrays belong together."""
        journeys, rows = self.journeys, self.events
        per_event = (journeys.time_us, journeys.seq, journeys.event, journeys.channel)
        ends = len(journeys.offsets) and journeys.offsets[0] == 0 and journeys.offsets[-1] == rows
        customers = len(journeys.customer) == len(self.person) == len(journeys.offsets) - 1
        return bool(ends and customers and all(len(array) == rows for array in per_event))


NO_JOURNEYS = CachedJourneys(
    About(),
    Sorted(
        np.zeros(1, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0, np.uint16),
        np.zeros(0, np.uint8),
    ),
    np.zeros(0, np.bool_),
    np.zeros(1, np.int64),
)


class _Manifest(msgspec.Struct):
    """``written``: the marks of each file."""

    format: int
    folder: str
    about: About
    written: dict[str, Written] = {}


def worth_writing(events: int, written: int) -> bool:
    """Whether a file that holds so many events should be written anew: not for each event that arrives."""
    return events - written > events // 100


def read(cache: Path) -> CachedJourneys | None:
    """What the cache holds; None where it is missing, damaged or of another format."""
    try:
        manifest = _manifest(cache)
        found = _load(manifest, cache / manifest.folder) if manifest.format == FORMAT else None
        return found if found and found.fits() else None
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def write(cache: Path, journeys: CachedJourneys) -> None:
    """Puts journeys in the place of those the cache holds, in one step. Raises ``OSError``, then nothing is left."""
    before = _old_folders(cache)
    folder = cache / f"journeys-{journeys.about.seq}-{uuid4().hex}"
    try:
        folder.mkdir(parents=True)
        for name, array in journeys.arrays().items():
            _save(folder / f"{name}.npy", array)
        written = {file.name: Written.of(file) for file in folder.glob("*.npy")}
        manifest = _Manifest(FORMAT, folder.name, journeys.about, written)
        replace_file(cache / "journeys.json", msgspec.json.encode(manifest))
    except OSError:
        rmtree(folder, ignore_errors=True)
        raise
    others = [one for one in cache.glob("columns*") if one != columns_folder(cache, journeys.about.rewrites)]
    for old in (*before, *others):
        rmtree(old, ignore_errors=True)


def columns_folder(cache: Path, rewrites: int) -> Path:
    """Where the columns of journeys lie: none is kept from before events were corrected, or became nobody's."""
    return cache / (f"columns-{rewrites}" if rewrites else "columns")


def _save(file: Path, array: NDArray[np.generic]) -> None:
    """On the disk before anybody is told of it: its marks are believed without reading it. Some of it at a time, as it
    may lie out of memory."""
    with file.open("wb") as out:
        format.write_array_header_1_0(out, format.header_data_from_array_1_0(array))
        for some in slices(len(array)):
            out.write(array[some].data)
            release(array)
        out.flush()
        os.fsync(out.fileno())


def _load(manifest: _Manifest, folder: Path) -> CachedJourneys:
    arrays: Mapping[str, NDArray[np.generic]] = {file.stem: opened_npy(file) for file in folder.glob("*.npy")}
    names = NO_JOURNEYS.arrays()
    told = {Path(name).stem for name in manifest.written}
    if not arrays.keys() == names.keys() == told or any(arrays[name].dtype != names[name].dtype for name in names):
        raise ValueError("other arrays than expected")
    if not all(written.holds(folder / name) for name, written in manifest.written.items()):
        raise ValueError("other bytes than were written")
    journeys = Sorted(**{name: arrays[name] for name in Sorted.__dataclass_fields__})  # type: ignore[arg-type]
    return CachedJourneys(manifest.about, journeys, arrays["person"], arrays["whose"])  # type: ignore[arg-type]


def _manifest(cache: Path) -> _Manifest:
    return msgspec.json.decode((cache / "journeys.json").read_bytes(), type=_Manifest)


def _old_folders(cache: Path) -> list[Path]:
    """What a new write replaces, and what killed writers left. A folder that another is just writing is neither."""
    try:
        current = _manifest(cache).folder
    except (OSError, msgspec.MsgspecError):
        current = ""
    latest = time.time() - _ABANDONED_S
    return [one for one in cache.glob("journeys-*") if one.name == current or one.stat().st_mtime < latest]
