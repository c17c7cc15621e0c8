"""Texts with ``*`` for any characters, as the vocabulary files write them."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression that fully matches a lower-case text that fits any of ``patterns``."""
    parts = (re.escape(pattern.casefold()).replace(r"\*", ".*") for pattern in patterns)
    return re.compile(f"(?:{'|'.join(parts)})\\Z", re.DOTALL)
