"""Bytes made shorter where that is worth it."""

from __future__ import annotations

import zstandard

from periplo.errors import DamagedShop

_COMPRESS_FROM = 512
_ZSTD = b"\x28\xb5\x2f\xfd"


def pack(plain: bytes) -> bytes:
    """As a Zstandard frame where that is shorter, with a checksum."""
    if len(plain) < _COMPRESS_FROM and not plain.startswith(_ZSTD):
        return plain
    return zstandard.ZstdCompressor(level=1, write_checksum=True).compress(plain)


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
