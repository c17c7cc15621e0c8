"""Real small disks that fill up, or turn into such as may only be read. Mounting needs root; without it tests skip."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BLOCK = 1 << 16


class Disk:
    """``path``: where it is mounted; ``fault``: what makes one of ext4 on a device fail."""

    def __init__(self, path: Path, device: str = "") -> None:
        self.path, self.fault = path, Path(f"/sys/fs/ext4/{device}/trigger_fs_error")
        self._ballast = path / "ballast"

    def fill(self, leave: int = 0) -> None:
        """Leaves no more than so many bytes."""
        free = shutil.disk_usage(self.path).free
        with self._ballast.open("ab", buffering=0) as file:
            try:
                for size in [BLOCK] * max(0, (free - leave) // BLOCK) + ([4096] * 64 if not leave else []):
                    file.write(bytes(size))
            except OSError:
                return

    def free(self) -> None:
        """Frees what ``fill`` took."""
        self._ballast.unlink(missing_ok=True)

    def read_only(self) -> None:
        """Nobody may have a file there open."""
        _run("mount", "-o", "remount,ro", self.path)

    def fail(self) -> None:
        """The system finds an error on the disk and lets nobody write there any more, as it does by itself."""
        self.fault.write_text("tested")

    def writable(self) -> None:
        _run("mount", "-o", "remount,rw", self.path)


@contextmanager
def small(path: Path, megabytes: int) -> Iterator[Disk]:
    """A disk in memory."""
    path.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "periplo-test", path)
    with _mounted(path):
        yield Disk(path)


@contextmanager
def failing(path: Path, megabytes: int) -> Iterator[Disk]:
    """A disk that can ``fail`` while files on it are open: ext4 in a file."""
    if not shutil.which("mkfs.ext4"):
        pytest.skip("no mkfs.ext4 here")
    image = path.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    _run("mkfs.ext4", "-q", "-m", "0", image)
    path.mkdir()
    _mount("-o", "loop,errors=remount-ro", image, path)
    with _mounted(path):
        device = subprocess.run(["findmnt", "-no", "SOURCE", path], capture_output=True, text=True, check=True).stdout
        disk = Disk(path, Path(device.strip()).name)
        if not os.access(disk.fault, os.W_OK):
            pytest.skip("this system lets no disk fail")
        yield disk


@contextmanager
def _mounted(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        _run("umount", "--lazy", path)


def _mount(*how: str | Path) -> None:
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    done = subprocess.run(["mount", *how], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"disks cannot be mounted here: {done.stderr.strip()}")


def _run(*command: str | Path) -> None:
    subprocess.run(command, capture_output=True, check=True)
