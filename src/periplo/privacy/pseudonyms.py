"""Names that stand for people: always the same for the same identifier, and of no use without the shop's key."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from periplo.events.schema import IDENTIFIERS
from periplo.privacy.secret import kept_secret
from periplo.vocabulary.taxonomy import plain

DIRECT = (*IDENTIFIERS, "event_id", "order_id", "cart_id", "ticket_id")
"""Columns of events that lead to a person."""

HARMLESS_TRAITS = frozenset({"age", "gender", "country", "language", "city"})
"""Traits that stay when names are hidden, besides truth values and numbers."""

_PERSONAL = re.compile("mail|phone|mobile|name|address|street|birth|passport|nif|dni|iban|postal|zip|ip$|useragent")
_AT = re.compile(r"\S@\S")


class Pseudonyms:
    """Pseudonyms by the key of a shop's folder ``privacy``."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "key"
        self.of: Callable[[str, str], str] = lru_cache(1 << 16)(self._of)

    def _of(self, kind: str, text: str) -> str:
        mixed = blake2b(f"{kind}\0{text}".encode(), key=kept_secret(self._key), digest_size=8, person=b"pseudonym")
        return f"{kind}-{base64.b32encode(mixed.digest()).decode().rstrip('=').lower()}"

    def hides(self, name: str) -> bool:
        """Whether all values of a property lead to a person, as far as its name tells."""
        return name in DIRECT or _PERSONAL.search(plain(name)) is not None

    def value(self, name: str, value: str) -> str:
        """A value of a property as it is shown: itself, unless it leads to a person."""
        return self.of(name, value) if self.hides(name) or _AT.search(value) else value

    def traits(self, traits: dict[str, Any]) -> dict[str, Any]:
        """The traits that do not lead to a person."""
        return {name: value for name, value in traits.items() if self._harmless(name, value)}

    def _harmless(self, name: str, value: Any) -> bool:
        if self.hides(name):
            return False
        return isinstance(value, bool | int | float) or plain(name) in HARMLESS_TRAITS
