"""What no line may carry: who somebody is, and what opens doors."""

from __future__ import annotations

import re

_MASKS = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*(?=@)"), "…"),  # user and password in a URL
    (re.compile(r"[^\s'\"<>(),;:=]+@[^\s'\"<>(),;:=]+\.\w+"), "…@…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 …"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|api_?key|write_?key|cookie)\b(\s*[=:]\s*)[^\s,;&]+"), r"\1\2…"),
    (re.compile(r"(?<=[\w/])\?[\w%.~-]+=[^\s'\"]*"), "?…"),  # the query of an address
    (re.compile(r"\bperiplo_[\w-]{16,}"), "…"),
    (re.compile(r"\+?\d(?:[ .()/-]?\d){8,}"), "#"),  # phones, cards
)


def masked(text: str) -> str:
    """A text without mail addresses, phones, card numbers, tokens, passwords and queries."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text
