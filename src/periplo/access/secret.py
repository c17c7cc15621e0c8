"""Secrets that we make ourselves: shown once, kept as a digest. At 256 random bits a plain SHA-256 is enough."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256


def make(prefix: str = "") -> str:
    """A new secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it."""
    return sha256(_bytes(secret)).hexdigest()


def name() -> str:
    """A short name for a thing that is no secret itself: a session, a token, a link."""
    return secrets.token_hex(6)


def is_name(text: str) -> bool:
    """Whether it can be such a name: what visitors send goes no further otherwise."""
    return text.isascii() and text.isalnum()


def derived(secret: str, purpose: str) -> str:
    """Another secret that follows from this one, and does not lead back to it."""
    return hmac.new(_bytes(secret), purpose.encode(), sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two are equal; how long it takes does not tell where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(text: str) -> bytes:
    """Whatever a visitor sends as a secret can be compared, also what no text should hold."""
    return text.encode("utf-8", "replace")
