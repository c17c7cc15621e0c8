"""The seal: what we must be able to read again ourselves is encrypted with a key that lies in no database."""

from __future__ import annotations

import base64
import secrets
from hashlib import sha256
from hmac import digest
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from periplo.errors import DamagedShop
from periplo.privacy.secret import kept_secret

_NONCE = 12


class Seal:
    """AES-256-GCM. ``file``: of the key, made when it is first needed; None where nothing is sealed or opened.
    ``whose`` binds what is sealed to its row.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def close(self, plain: bytes, whose: str) -> str:
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(nonce + self._cipher().encrypt(nonce, plain, whose.encode())).decode()

    def open(self, sealed: str, whose: str) -> bytes:
        """Raises ``DamagedShop`` where another key closed it."""
        kept = base64.b64decode(sealed)
        try:
            return self._cipher().decrypt(kept[:_NONCE], kept[_NONCE:], whose.encode())
        except InvalidTag as error:
            raise DamagedShop(
                "The second factors of this shop cannot be read.",
                why="{file} is not the key that they were sealed with.",
                fix="Put it back from a backup; until then recovery codes open, and owners can reset a second factor.",
                file=self._file and self._file.name,
            ) from error

    def derived(self, purpose: str, size: int) -> bytes:
        """Random bytes that are the same each time for the same purpose, and lead back to nothing."""
        if self._file is None:
            raise TypeError("A database by URL seals nothing without the file of a key.")
        return digest(kept_secret(self._file), b"derived " + purpose.encode(), sha256)[:size]

    def _cipher(self) -> AESGCM:
        return AESGCM(self.derived("seal", 32))
