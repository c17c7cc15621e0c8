"""Values of which the kind alone says too little: codes, zones, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import ip_network
from typing import Any
from zoneinfo import available_timezones

from babel import Locale

from periplo.errors import BadSettings, did_you_mean


def check(place: str, called: str, path: str, value: Any) -> None:
    """Raises ``BadSettings`` for a value that means nothing. ``place``, ``called``: where it was written, and how."""
    if path in _KNOWN:
        _must_be_known(place, called, value, _KNOWN[path](), _WHAT[path])
    if path == "server.hosts":
        for one in value:
            _must_be_host(place, called, one)
    if path == "server.trusted_proxies":
        for one in value:
            _must_be_network(place, called, one)


def _must_be_known(place: str, called: str, value: str, known: Collection[str], what: str) -> None:
    if value not in known:
        near = did_you_mean(value, known)
        fix = "Did you mean {near}?" if near else ""
        raise BadSettings(
            "{file}: {setting} cannot be “{value}”.",
            why=what,
            fix=fix,
            file=place,
            setting=called,
            value=value,
            near=near,
        )


def _must_be_network(place: str, called: str, value: str) -> None:
    try:
        ip_network(value)
    except ValueError as error:
        raise BadSettings(
            "{file}: {setting} cannot be “{value}”.",
            why="It is the address of a proxy, or its network, as 10.0.0.7 or 10.0.0.0/24.",
            file=place,
            setting=called,
            value=value,
        ) from error


def _must_be_host(place: str, called: str, value: str) -> None:
    if not _HOST.fullmatch(value):
        raise BadSettings(
            "{file}: {setting} cannot be “{value}”.",
            why="It is a host name alone, as map.example.com: without https://, port or path.",
            file=place,
            setting=called,
            value=value,
        )


def _codes(kind: str, length: int) -> set[str]:
    """The codes that the Unicode tables know: of ``currencies`` or ``territories``."""
    table: dict[str, str] = getattr(Locale("en"), kind)
    return {code for code in table if len(code) == length and code.isalpha()}


_HOST = re.compile(r"[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*")
_KNOWN: dict[str, Callable[[], Collection[str]]] = {
    "currency": lambda: _codes("currencies", 3),
    "time_zone": available_timezones,
    "country": lambda: _codes("territories", 2),
}
_WHAT = {
    "currency": "It is a currency code of ISO 4217, as EUR or USD.",
    "time_zone": "It is a time zone name of IANA, as Europe/Madrid.",
    "country": "It is a country code of ISO 3166, as ES or MX.",
}
