"""Disks that are full or may only be read: what they say, in our words, and what can be done without them."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from periplo.errors import CannotWrite, PeriploError

log = logging.getLogger("periplo.disk")

_FULL = ("disk is full", "disk I/O error", "No space left", "Disk quota exceeded", "File too large")
_READ_ONLY = ("readonly database", "unable to open database", "ead-only file system")


def trouble(said: str, name: str, why: str = "The system says: {detail}.") -> CannotWrite | None:
    """The error in our words, where what was said means that ``name`` cannot be written; None for all else."""
    if any(words in said for words in _FULL):
        what = "{name} cannot be written: the disk is full or does not answer."
        return CannotWrite(what, why=why, fix="Free some space; what was acknowledged is safe.", name=name, detail=said)
    if any(words in said for words in _READ_ONLY):
        what = "{name} cannot be written: its folder may only be read."
        return CannotWrite(what, why=why, fix="Let Periplo write in the folder of the shop.", name=name, detail=said)
    return None


def trouble_of(error: BaseException) -> CannotWrite | None:
    """The same for what the system raised; None for all other errors."""
    if not isinstance(error, OSError):
        return None
    return trouble(error.strerror or str(error), Path(str(error.filename or "shop")).name)


@contextmanager
def written(name: str) -> Iterator[None]:
    """What engines and the system raise when ``name`` cannot be written becomes ``CannotWrite``."""
    try:
        yield
    except PeriploError:
        raise
    except Exception as error:
        told = trouble(str(error).partition("\n")[0], name)
        if told is None:
            raise
        raise told from error


@contextmanager
def dispensable(name: str) -> Iterator[None]:
    """For what is made again when it is missing: where it cannot be kept, it is told and gone on without."""
    try:
        yield
    except OSError as error:
        log.warning("%s could not be kept, going on without: %s", name, error)


def may_write(folder: Path) -> bool:
    """Whether anything can be written in a folder, as far as its rights and its disk allow it; room is another matter.

    It is tried with a file without a name: a disk that found errors takes nothing, whatever the rights say.
    """
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError as error:
        return error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM)
