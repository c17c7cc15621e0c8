"""The kind of device, the country and the campaign of an event, from whatever the sender says of them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from periplo.vocabulary.vectors import distinct_rows, map_distinct

KINDS = frozenset({"mobile", "tablet", "desktop", "tv", "watch", "console", "car"})

_SAID = {"phone": "mobile", "smartphone": "mobile", "ios": "mobile", "android": "mobile", "iphone": "mobile"}
_SAID |= {"ipad": "tablet", "pc": "desktop", "computer": "desktop", "smart tv": "tv", "smarttv": "tv"}
_TABLET = re.compile(r"ipad|tablet|kindle|silk|android(?!.*mobi)", re.I)
_MOBILE = re.compile(r"mobi|iphone|ipod|android|windows phone", re.I)
_REGION = re.compile(r"[A-Za-z]{2,3}[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2})\b")


def device_kind(said: str, model: str = "", user_agent: str = "") -> str | None:
    """mobile, tablet, desktop, ...: what is said of it, corrected by the model, else read from the user agent."""
    word = said.casefold()
    if word in KINDS:
        return word
    if word in _SAID:
        return "tablet" if _TABLET.search(model) else _SAID[word]
    if not user_agent:
        return said or None
    if _TABLET.search(user_agent):
        return "tablet"
    return "mobile" if _MOBILE.search(user_agent) else "desktop"


def device_kinds(said: pa.Array, model: pa.Array, user_agent: pa.Array) -> pa.Array:
    """``device_kind`` over columns, once per distinct device."""
    if not len(said):
        return said
    group, distinct = distinct_rows([said, model, user_agent])
    return pa.array([device_kind(*row) for row in distinct], pa.string()).take(pa.array(group))


def countries(said: pa.Array, locale: pa.Array) -> pa.Array:
    """Two-letter codes in upper case; other ways to say a country as they are; else the region of the locale."""
    given = map_distinct(said, lambda name: name.upper() if len(name) == 2 else name)
    if given.null_count == 0 or locale.null_count == len(locale):
        return given
    return pc.coalesce(given, map_distinct(locale, _region))


def parameter(name: str, url: str) -> str | None:
    """A parameter of an address."""
    if f"{name}=" not in url:
        return None
    try:
        return parse_qs(urlsplit(url).query).get(name, [None])[0]
    except ValueError:
        return None


def _region(locale: str) -> str | None:
    found = _REGION.match(locale)
    return found[1].upper() if found else None


def path_of(url: str) -> str | None:
    """The path of an address, ``/`` where it has none."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return None
