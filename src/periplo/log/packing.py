"""Bytes made shorter where that is worth it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import local

import zstandard

from periplo.errors import DamagedShop

_COMPRESS_FROM = 512
_ZSTD = b"\x28\xb5\x2f\xfd"


class _Packer(local):
    """One for each thread: to make one costs more than it then does for a message."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdCompressor(level=1, write_checksum=True)


_packer = _Packer()


def pack(plain: bytes) -> bytes:
    """As a Zstandard frame where that is shorter, with a checksum."""
    return _packer.zstd.compress(plain) if _is_packed(plain) else plain


def pack_all(plain: Sequence[bytes]) -> list[bytes]:
    """Each of them as ``pack`` makes it. The interpreter is let go, and waited for, once."""
    long = [one for one in plain if _is_packed(one)]
    packed = iter(_packer.zstd.multi_compress_to_buffer([*long]) if long else ())
    return [next(packed).tobytes() if _is_packed(one) else one for one in plain]


def _is_packed(plain: bytes) -> bool:
    return len(plain) >= _COMPRESS_FROM or plain.startswith(_ZSTD)


def unpack(packed: bytes) -> bytes:
    """What ``pack`` was given. Raises ``DamagedShop``."""
    try:
        return zstandard.decompress(packed) if packed.startswith(_ZSTD) else packed
    except zstandard.ZstdError as error:
        raise DamagedShop(
            "What log.db keeps is damaged.",
            why="It says: {detail}.",
            fix="Put back a backup: periplo restore TARGET SHOP",
            detail=error,
        ) from error
