"""Which request a line is about: lines that were written while it was answered carry its id."""

from __future__ import annotations

import re
from contextvars import ContextVar
from random import Random

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty where there is none."""

_random = Random()  # ids are no secrets: asking the system for each would cost a switch of threads
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_request_id(given: str = "") -> str:
    """The id that a proxy gave, or a new one."""
    return given if _USABLE.fullmatch(given) else f"{_random.getrandbits(128):032x}"
