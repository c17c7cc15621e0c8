"""Who asks: nobody we know, the person at this machine, somebody who signed in, or a program with its token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from periplo.access.roles import ALL, Permission, Role

Owes = Literal["", "code", "factor"]


@dataclass(frozen=True)
class Visitor:
    """``key`` tells visitors apart, ``who`` names them in the audit log; ``csrf`` proves that a form is ours.

    ``owes``: what somebody whose password was right must still bring before they may anything: the code of their second
    factor, or a second factor at all.
    """

    kind: Literal["nobody", "local", "person", "token"]
    may: frozenset[Permission] = frozenset()
    key: str = ""
    who: str = ""
    user_id: str = ""
    name: str = ""
    role: Role | None = None
    session_id: str = ""
    csrf: str = ""
    owes: Owes = ""


NOBODY = Visitor("nobody")
LOCAL = Visitor("local", ALL, "local", "local")
"""While a workspace has no people, whoever sits at the machine itself."""
