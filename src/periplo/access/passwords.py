"""Passwords: kept as Argon2id hashes, good enough to be hard to guess, and checked in equal time for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from periplo.access import secret
from periplo.errors import WeakPassword

LEAST, MOST = 12, 200
"""Characters of a password."""
_GUESSES = 10**10
"""So many guesses, of the cleverest kind, a password must outlast."""
_OWN = 6
"""So many characters it must have beside the words around the person."""
_ESTIMATED = 72
"""Of a long password only the beginning is estimated: that alone is more than enough."""

_hasher = PasswordHasher()
_at_once = Semaphore(2)
"""Each check takes 64 MiB and a core for a moment: however many ask, no more than two run."""


def hashed(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was kept. Where there is none, the answer takes as long to be no."""
    with _at_once:
        try:
            return _hasher.verify(kept or _nobodys(_hasher), password[:MOST]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, known: Iterable[str]) -> None:
    """Raises ``WeakPassword`` for one that is short or easily guessed; ``known``: words around the person."""
    if len(password) < LEAST:
        raise WeakPassword(
            "The password is too short.", fix="Use {least} characters or more; several words are fine.", least=LEAST
        )
    if len(password) > MOST:
        raise WeakPassword("The password is too long.", fix="Use at most {most} characters.", most=MOST)
    if _easy(password, [word for word in known if len(word) > 2]):
        raise WeakPassword(
            "The password is easily guessed.",
            why="It is among leaked passwords, follows a pattern, or is made of your own name.",
            fix="Use several words that do not belong together, or a password manager.",
        )


def _easy(password: str, known: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn  # its lists of leaked passwords take a moment to load

    rest = password.lower()
    for word in known:
        rest = rest.replace(word, "")
    guesses: int = zxcvbn(password[:_ESTIMATED], user_inputs=list(known))["guesses"]
    return len(rest) < _OWN or guesses < _GUESSES


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that no password fits, made as all others by this hasher."""
    return hasher.hash(secret.make())
