"""What is kept of IP addresses and user agents in messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import repeat

import msgspec

from periplo.privacy.policy import Detail, Privacy

_BITS = {4: 24, 6: 48}
_ADDRESS = re.compile(rb'("ip"\s*:\s*")([0-9A-Fa-f.:]+)(?=")')
_AGENT = re.compile(rb'("userAgent"\s*:\s*")([^"]*)')
_VERSION, _PLATFORM = re.compile(r"(/v?\d+)[.\w-]*"), re.compile(r"\(([^;()]*)(?:[^()]*?(; Android)\b)?[^()]*\)")


def fitted_body(body: bytes, settings: Privacy) -> bytes:
    """A body of JSON with what the settings keep of each address under ``ip`` and each text under ``userAgent``."""
    if settings.ip != "keep":
        body = _fitted(body, _ADDRESS, _kept_address, settings.ip)
    if settings.user_agent != "keep":
        body = _fitted(body, _AGENT, _kept_agent, settings.user_agent)
    return body


def _fitted(body: bytes, pattern: re.Pattern[bytes], kept: Callable[[bytes, Detail], bytes], detail: Detail) -> bytes:
    """The same with the second group of each match as it is kept: nothing of ours runs between the matches."""
    parts = pattern.split(body)
    parts[2::3] = map(kept, parts[2::3], repeat(detail))
    return b"".join(parts)


def kept_address(address: str, detail: Detail) -> str:
    """An IP address, its network (/24, or /48 of IPv6), or nothing; what is no address stays."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if detail == "keep":
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    network = ip_network((found, _BITS[found.version]), strict=False)
    return str(network.network_address) if detail == "truncate" else ""


def kept_agent(agent: str, detail: Detail) -> str:
    """A user agent, its products with their main versions and its platform without the device, or nothing."""
    if detail == "keep":
        return agent
    return _PLATFORM.sub(r"(\1\2)", _VERSION.sub(r"\1", agent)) if detail == "truncate" else ""


@lru_cache(1 << 12)
def _kept_address(address: bytes, detail: Detail) -> bytes:
    return kept_address(address.decode(), detail).encode()


@lru_cache(1 << 12)
def _kept_agent(agent: bytes, detail: Detail) -> bytes:
    """Of a text in JSON, up to its first quote: PHP writes Mozilla\\/5.0. What has a quote within stays as it is."""
    if b"\\" in agent:
        try:
            return _encode(kept_agent(_text(b'"' + agent + b'"'), detail))[1:-1]
        except (msgspec.DecodeError, UnicodeDecodeError):
            return agent
    return kept_agent(agent.decode("utf-8", "surrogateescape"), detail).encode("utf-8", "surrogateescape")


_encode, _text = msgspec.json.Encoder().encode, msgspec.json.Decoder(str).decode
