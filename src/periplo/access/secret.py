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
    return sha256(secret.encode()).hexdigest()


def name() -> str:
    """A short name for a thing that is no secret itself: a session, a token, a link."""
    return secrets.token_hex(6)


def derived(secret: str, purpose: str) -> str:
    """Another secret that follows from this one, and does not lead back to it."""
    return hmac.new(secret.encode(), purpose.encode(), sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two are equal; how long it takes does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
