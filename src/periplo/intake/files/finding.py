"""From what a user names (files, folders, patterns) to the files to read, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path

from periplo.errors import UnreadableFile, did_you_mean

PARQUET_SUFFIXES = (".parquet", ".pq")
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", *PARQUET_SUFFIXES)
PACKED = (".gz", ".zst")


def find_files(given: Iterable[str | Path]) -> list[Path]:
    """The files, each once, sorted within each folder or pattern. In folders, only those whose name says that they
    can be read. Raises ``UnreadableFile`` where nothing is found.
    """
    found = [path for name in given for path in _files_of(Path(name).expanduser())]
    return list({path.resolve(): path for path in found}.values())


def can_be_read(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> bool:
    """Whether the name of a file ends like that of a table: ``.csv``, ``.jsonl.gz``, ..."""
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name.endswith(suffixes) and not path.name.startswith((".", "_"))


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return list(_in_folder(path))
    if path.exists():
        return [path]
    matches = sorted(Path(name) for name in glob(str(path), recursive=True))
    if not matches:
        raise _missing(path)
    return [file for match in matches for file in (_in_folder(match, lenient=True) if match.is_dir() else [match])]


def _in_folder(folder: Path, *, lenient: bool = False) -> Iterator[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and can_be_read(path))
    if not files and not lenient:
        there = sorted(path.name for path in folder.iterdir())[:5]
        raise UnreadableFile(
            "There is nothing to read in the folder {folder}.",
            why="It has {there}." if there else "It is empty.",
            fix="Put files there that end in {suffixes} (also packed as .gz or .zst), or name the files one by one.",
            folder=folder.name or str(folder),
            there=", ".join(there),
            suffixes=", ".join(SUFFIXES),
        )
    yield from files


def _missing(path: Path) -> UnreadableFile:
    if glob_like(path):
        return UnreadableFile(
            "No file fits the pattern {pattern}.", fix="Check the folder and the pattern.", pattern=str(path)
        )
    near = did_you_mean(path.name, (other.name for other in path.parent.glob("*"))) if path.parent.is_dir() else ""
    return UnreadableFile(
        "There is no file {file}.",
        fix="Did you mean {near}?" if near else "Check the name and the folder.",
        file=str(path),
        near=near,
    )


def glob_like(path: Path) -> bool:
    """Whether a path has signs of a pattern."""
    return any(sign in str(path) for sign in "*?[")
