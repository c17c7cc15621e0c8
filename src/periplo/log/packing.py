"""Bytes made shorter where that is worth it."""

from __future__ import annotations

import zstandard

_COMPRESS_FROM = 512
_ZSTD = b"\x28\xb5\x2f\xfd"


def pack(plain: bytes) -> bytes:
    """As a Zstandard frame where that is shorter."""
    if len(plain) < _COMPRESS_FROM and not plain.startswith(_ZSTD):
        return plain
    return zstandard.compress(plain, 1)


def unpack(packed: bytes) -> bytes:
    """What ``pack`` was given."""
    return zstandard.decompress(packed) if packed.startswith(_ZSTD) else packed
