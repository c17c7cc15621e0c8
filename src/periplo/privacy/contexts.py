"""What is kept of IP addresses and user agents in the contexts of events."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from periplo.privacy.policy import Detail, Privacy
from periplo.vocabulary.vectors import map_distinct

_BITS = {4: 24, 6: 48}
_VERSION, _PLATFORM = re.compile(r"(/v?\d+)[.\w-]*"), re.compile(r"\(([^;()]*)[^()]*\)")


def fitted(contexts: Any, settings: Privacy) -> pa.Array:
    """A column of contexts as JSON, with what the settings keep of ``ip`` and ``userAgent``."""
    column = _changed(contexts, "ip", partial(kept_address, detail=settings.ip), settings.ip)
    return _changed(column, "userAgent", partial(kept_agent, detail=settings.user_agent), settings.user_agent)


def kept_address(address: str, detail: Detail) -> str:
    """An IP address, its network (/24, or /48 of IPv6), or nothing; what is no address stays only if all does."""
    if detail == "keep":
        return address
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    network = ip_network((found, _BITS[found.version]), strict=False)
    return str(network.network_address) if detail == "truncate" else ""


def kept_agent(agent: str, detail: Detail) -> str:
    """A user agent, its products with their main versions and its platform without the device, or nothing."""
    if detail == "keep":
        return agent
    return _PLATFORM.sub(r"(\1)", _VERSION.sub(r"\1", agent)) if detail == "truncate" else ""


def _changed(column: Any, key: str, change: Callable[[str], str], detail: Detail) -> pa.Array:
    """Where an object says a text under a key, the same object with another text there."""
    if detail == "keep":
        return column
    there = pc.fill_null(pc.match_substring(column, f'"{key}"'), False)
    if not pc.any(there).as_py():
        return column
    pattern = rf'(?s)^(?P<before>.*?"{key}"\s*:\s*")(?P<value>(?:[^"\\]|\\.)*)(?P<after>".*)$'
    parts = pc.extract_regex(column, pattern)
    before, value, after = (pc.struct_field(parts, name) for name in ("before", "value", "after"))
    whole = pc.binary_join_element_wise(before, map_distinct(value, change), after, "")
    return pc.coalesce(whole, column)
