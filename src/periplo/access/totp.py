"""Codes of authenticator apps (TOTP, RFC 6238): six digits, SHA-1, a new one every half minute, as all of them do."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from periplo.access import secret as secrets

STEP_S = 30
DIGITS = 6
BYTES = 20
"""Of a secret: as long as the hash, as RFC 4226 recommends."""
DRIFT = 1
"""So many steps a phone's clock may be early or late."""


def step_of(now_us: int) -> int:
    return now_us // (STEP_S * 1_000_000)


def code(secret: bytes, step: int) -> str:
    return _totp(secret).generate(step * STEP_S).decode()


def fitting(secret: bytes, given: str, now_us: int, after: int = -1) -> int | None:
    """The time step whose code was given; None where there is none, or only one up to ``after``: each serves once.

    All steps that could be meant are compared, so that how long it takes does not tell which one it was.
    """
    now = step_of(now_us)
    near = range(max(now - DRIFT, 0), now + DRIFT + 1)
    fits = [step for step in near if secrets.same(code(secret, step), given)]
    return next((step for step in fits if step > after), None)


def address(secret: bytes, account: str, issuer: str) -> str:
    """What the app reads from the picture: an ``otpauth://`` address. It holds the secret."""
    return _totp(secret).get_provisioning_uri(account, issuer.replace(":", " "))


def typed(secret: bytes) -> str:
    """The secret to be typed into an app, in groups of four."""
    return grouped(base64.b32encode(secret).decode())


def grouped(text: str, between: str = " ") -> str:
    return between.join(text[place : place + 4] for place in range(0, len(text), 4))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)
