"""Recovery codes: ten that open once each when the phone is lost. Of 120 random bits, so a plain digest is enough."""

from __future__ import annotations

import base64
import secrets

from periplo.access import secret
from periplo.access.totp import grouped

HOW_MANY = 10
_BYTES, _LETTERS = 15, 24
_MISREAD = str.maketrans("01", "ol")
"""Digits that the codes do not have, and the letters that they are taken for."""


def make() -> list[str]:
    """Ten new codes, as they are shown: six groups of four letters and digits."""
    return [grouped(base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower(), "-") for _ in range(HOW_MANY)]


def digest(given: str) -> str | None:
    """What is kept of a code, however it was typed; None for what cannot be one."""
    plain = "".join(ch for ch in given.lower() if ch.isalnum()).translate(_MISREAD)
    return secret.digest(plain) if len(plain) == _LETTERS else None
