"""Bodies of requests, unpacked: bounded before anything in them is believed."""

from __future__ import annotations

import re
import zlib

from periplo.collect.limits import MOST_BYTES
from periplo.errors import NotTaken, TooLarge

_HALVES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a whole letter in two halves, or (group 1) a half alone."""

_TOKENS = re.compile(rb'("(?:[^"\\]|\\.)*+"?)|-?\b(?:NaN|Infinity)\b', re.DOTALL)
"""A text, also one that never ends (group 1), or what Python writes for a number that is none."""

_GZIP = b"\x1f\x8b"
_AS_GZIP = 31
_BOM = b"\xef\xbb\xbf"


def opened(body: bytes, most: int = MOST_BYTES) -> bytes:
    """The JSON in a body: unpacked where it is gzip, whatever its headers say. Raises ``TooLarge``, ``NotTaken``."""
    plain = _gunzipped(body, most) if body.startswith(_GZIP) else body
    if len(plain) > most:
        raise too_large(most)
    return _numbers(_whole_letters(plain.removeprefix(_BOM)))


def _whole_letters(body: bytes) -> bytes:
    """The same with U+FFFD for each half of a letter: browsers send them where a text was cut within an emoji, and no
    reader of JSON takes the batch around them."""
    # The first question is answered a hundred times as fast as the others, and most bodies need no other.
    if b"\\" not in body or (b"\\ud" not in body and b"\\uD" not in body):
        return body
    return _HALVES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def _numbers(body: bytes) -> bytes:
    """The same with null for NaN and Infinity, as browsers write them: Python's SDKs send the words, as of an empty
    cell of a table, and no reader of JSON takes the batch around them."""
    if b"NaN" not in body and b"Infinity" not in body:
        return body
    return _TOKENS.sub(lambda found: found[1] or b"null", body)


def too_large(most: int) -> TooLarge:
    """What is said of a request with more than ``most`` bytes: also that a shop may take more, where it may."""
    smaller = "Send the events in smaller batches."
    more = "Send the events in smaller batches, or set [collect] most_request_kb in periplo.toml, up to {most_kb}."
    return TooLarge(
        "This request is too large.",
        why="At most {kilobytes} KB are taken at once, unpacked.",
        fix=more if most < MOST_BYTES else smaller,
        kilobytes=most // 1024,
        most_kb=MOST_BYTES // 1024,
    )


def _gunzipped(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(_AS_GZIP)
    try:
        plain = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise _damaged(error) from error
    if len(plain) <= most and not unpacker.eof:
        raise _damaged("the end is missing")
    return plain


def _damaged(detail: object) -> NotTaken:
    return NotTaken(
        "The body of this request is gzip that cannot be unpacked.",
        why="It says: {detail}.",
        fix="Pack it again, or send it as it is.",
        detail=detail,
    )
