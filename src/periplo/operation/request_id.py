"""Which request a line is about: lines that were written while it was answered carry its id."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty where there is none."""

_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_request_id(given: str = "") -> str:
    """The id that a proxy gave, or a new one."""
    return given if _USABLE.fullmatch(given) else uuid4().hex
