"""Proxies in front: whom they speak for, and whether the way to them was encrypted, if they are trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any


class Proxies:
    """``trusted``: addresses and networks, as 10.0.0.7 and 10.0.0.0/24."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(one) for one in trusted]

    def seen_through(self, scope: Any) -> Any:
        """An ASGI scope as it would be without proxies: ``client`` and ``scheme`` are the caller's own.

        Of several proxies the nearest to us speaks last; the first address that is no trusted proxy's is the caller's.
        """
        peer = _address((scope.get("client") or ("",))[0])
        if peer is None or not self._trusts(peer):
            return scope
        headers = dict(scope["headers"])
        found = self._caller(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(","))
        scheme = headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().decode("latin-1")
        changed = {"client": (str(found), 0)} if found else {}
        if scheme in ("http", "https"):
            changed["scheme"] = scheme
        return scope | changed if changed else scope

    def _caller(self, said: Sequence[str]) -> IPv4Address | IPv6Address | None:
        caller = None
        for text in reversed(said):
            address = _address(text.strip())
            if address is None:
                break  # whatever stands before it may be invented
            caller = address
            if not self._trusts(address):
                break
        return caller

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


@lru_cache(1 << 10)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
