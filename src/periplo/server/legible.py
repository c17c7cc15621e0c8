"""Text from anywhere, shown so that nothing of it is invisible or takes part in the page around it."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNSEEN = re.compile(
    r"([\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff])"
)


class Piece(NamedTuple):
    """``sign``: it stands for something that cannot be shown, as a byte that is no UTF-8 (``\\xff``)."""

    text: str
    sign: bool


def pieces(text: str) -> list[Piece]:
    """A text in pieces; lines stay lines."""
    found = (Piece(_sign(one) if place % 2 else one, bool(place % 2)) for place, one in enumerate(_UNSEEN.split(text)))
    return [one for one in found if one.text]


def typed(text: str) -> str:
    """The same for somebody to write anew: U+FFFD for what cannot be typed."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] == "\t" else "\N{REPLACEMENT CHARACTER}", text)


def _sign(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte that is no UTF-8
    return {9: "\\t", 13: "\\r"}.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
