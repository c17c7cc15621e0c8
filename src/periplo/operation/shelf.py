"""Arrays out of memory: in files without a name, mapped, whose pages the system takes back when it needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from mmap import ACCESS_READ, ACCESS_WRITE, MADV_DONTNEED, mmap
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

_ALIGNED, _LARGE, _ROWS_AT_ONCE, _LOOKED_UP_BITS = 64, 1 << 20, 1 << 18, 20
_MAPS, _TURN = WeakKeyDictionary[mmap, int](), Lock()
"""What is mapped, and where in memory it begins."""
_SPARED: ContextVar[bool] = ContextVar("periplo_spared", default=False)


class Shelf:
    """Keeps arrays in a folder, as long as somebody has them; then their files are gone."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def keep(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """The same arrays, which may only be read."""
        with TemporaryFile(dir=self._folder) as file:
            starts = []
            for array in arrays:
                starts.append(file.tell())
                file.write(np.ascontiguousarray(array).data)
                file.write(bytes(-file.tell() % _ALIGNED or _ALIGNED))  # never empty, which cannot be mapped
            whole = _mapped(file)
        return [
            np.frombuffer(whole, array.dtype, array.size, start) for array, start in zip(arrays, starts, strict=True)
        ]

    def join(self, parts: Iterable[tuple[NDArray[Any], ...]], *dtypes: Any) -> list[NDArray[Any]]:
        """Arrays of these types that come in parts, each put together; they may only be read."""
        with ExitStack() as stack:
            files = [stack.enter_context(TemporaryFile(dir=self._folder)) for _ in dtypes]
            for part in parts:
                for file, array, dtype in zip(files, part, dtypes, strict=True):
                    file.write(np.ascontiguousarray(array, dtype).data)
            ends = [file.tell() for file in files]
            for file in files:
                file.write(bytes(_ALIGNED))
            maps = [_mapped(file) for file in files]
        return [
            np.frombuffer(whole, dtype, end // np.dtype(dtype).itemsize)
            for whole, dtype, end in zip(maps, dtypes, ends, strict=True)
        ]


def only_read(array: NDArray[T]) -> NDArray[T]:
    """A view, so that kernels are compiled once, for arrays in memory and out of it."""
    view = array.view()
    view.flags.writeable = False
    return view


def slices(count: int, at_once: int | None = None) -> Iterator[slice]:
    """So many rows of something mapped, some at a time."""
    size = at_once or _ROWS_AT_ONCE
    return (slice(first, min(first + size, count)) for first in range(0, count, size))


def passed(count: int, *arrays: NDArray[Any], at_once: int | None = None) -> Iterator[slice]:
    """So many rows, some at a time; where memory is spared, what it holds of mapped arrays that are looked at meanwhile
    goes back after each."""
    for some in slices(count, at_once):
        yield some
        if spared_memory():
            for array in arrays:
                release(array)


def looked_up(array: NDArray[T], rows: NDArray[np.int64] | NDArray[np.int32]) -> NDArray[T]:
    """``array[rows]`` of something mapped, wherever the rows lie: part after part of it, of which memory keeps none."""
    part = (rows >> _LOOKED_UP_BITS).astype(np.uint16)  # numbers as small as these are sorted by counting
    order, found = np.argsort(part, kind="stable"), np.empty(len(rows), array.dtype)
    for some in np.split(order, np.cumsum(np.bincount(part))[:-1]):
        found[some] = array[rows[some]]
        release(array)
    return found


def opened(file: Path, dtype: Any) -> NDArray[Any]:
    """The array that a file holds, which may only be read. Raises ``OSError``."""
    with file.open("rb") as source:
        return np.frombuffer(_mapped(source), dtype) if file.stat().st_size else np.zeros(0, dtype)


def room(folder: Path | None, count: int, dtype: Any) -> NDArray[Any]:
    """An array of so many zeros, to be filled: on a shelf in a folder where it is large, unless nothing can be written
    there."""
    size = count * np.dtype(dtype).itemsize
    if size < _LARGE:
        return np.zeros(count, dtype)
    try:
        with TemporaryFile(dir=folder) as file:
            for first in range(0, size, _LARGE):  # all of it: a page that the disk has no place for would end us later
                file.write(bytes(min(_LARGE, size - first)))
            file.flush()
            return np.frombuffer(_known(mmap(file.fileno(), size, access=ACCESS_WRITE)), dtype, count)
    except OSError:
        return np.zeros(count, dtype)


def opened_npy(file: Path) -> NDArray[Any]:
    """The array in an ``npy`` file; it may only be read. Raises ``OSError``, ``ValueError``."""
    array: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
    _known(array.base)  # type: ignore[arg-type]
    return array


@contextmanager
def sparing_memory() -> Iterator[None]:
    """Inside the block, who has looked at a part of much that is mapped gives back what memory holds of it."""
    before = _SPARED.set(True)
    try:
        yield
    finally:
        _SPARED.reset(before)


def spared_memory() -> bool:
    """Whether this runs inside such a block."""
    return _SPARED.get()


def release_all() -> None:
    """Gives back what memory holds of all that is mapped here."""
    with _TURN:
        maps = list(_MAPS)
    for one in maps:
        one.madvise(MADV_DONTNEED)


def release(array: NDArray[Any]) -> None:
    """Gives back what memory holds of a mapped array, and of those that lie in the same file: it is read again when
    needed."""
    holder: Any = array
    while isinstance(holder, np.ndarray):
        holder = holder.base
    mapped = holder.obj if isinstance(holder, memoryview) else holder
    if not isinstance(mapped, mmap):
        mapped = _at(array.ctypes.data)
    if mapped:
        mapped.madvise(MADV_DONTNEED)


def _at(place: int) -> mmap | None:
    """What is mapped at a place in memory: others than numpy do not say whose memory they look at."""
    with _TURN:
        return next((one for one, start in _MAPS.items() if start <= place < start + len(one)), None)


def _mapped(file: IO[bytes]) -> mmap:
    file.flush()
    return _known(mmap(file.fileno(), 0, access=ACCESS_READ))


def _known(whole: mmap) -> mmap:
    with _TURN:
        _MAPS[whole] = np.frombuffer(whole, np.uint8).ctypes.data
    return whole
