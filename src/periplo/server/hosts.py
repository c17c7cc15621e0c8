"""Which shop is asked: told by the host name of a request, where one server serves several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from periplo.errors import UsageError
from periplo.server.address import host_of, is_loopback
from periplo.server.caller import FORWARDED

_LABEL = re.compile(r"[^a-z0-9]+")
LOCAL = ".localhost"
"""What browsers take for the machine itself, whatever stands before it."""


def labels(folders: Sequence[Path]) -> list[str]:
    """A short name for each shop, by its folder: as it can stand in a host name, each another."""
    found: list[str] = []
    for folder in folders:
        plain = _LABEL.sub("-", folder.resolve().name.lower()).strip("-")[:50] or "shop"
        taken = sum(one == plain or one.rpartition("-")[0] == plain for one in found)
        found.append(f"{plain}-{taken + 1}" if taken else plain)
    return found


def by_host(hosts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The shop of each host name, by its label. Raises ``UsageError`` where two would have the same."""
    found: dict[str, str] = {}
    for label, names in hosts.items():
        for name in map(plain_host, names):
            if found.setdefault(name, label) != label:
                raise UsageError(
                    "Both {one} and {other} would answer as {host}.",
                    fix="Give each shop hosts of its own: [server] hosts in its periplo.toml.",
                    one=found[name],
                    other=label,
                    host=name,
                )
    return found | {f"{label}{LOCAL}": label for label in hosts}


def plain_host(name: str) -> str:
    """A host name as browsers send it."""
    try:
        return name.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        return name.lower()


def asked_host(scope: Mapping[str, Any]) -> str:
    """The host that a request names; empty where it names none or several, or one that is this machine's alone and the
    request comes from elsewhere."""
    headers = list(_hosts(scope))
    if len(headers) != 1:
        return ""
    host = plain_host(host_of(headers[0]))
    return "" if host.endswith(LOCAL) and not from_here(scope) else host


def names_one(scope: Mapping[str, Any]) -> bool:
    """Whether a request names one host, as it must: of several, others on its way may have taken another one. Before
    HTTP/1.1 it may name none."""
    named = list(_hosts(scope))
    return (len(named) == 1 and named != [""]) or (not any(named) and scope["http_version"] < "1.1")


def from_here(scope: Mapping[str, Any]) -> bool:
    """Whether a program on the machine itself asks, and no proxy there for somebody else."""
    names = {name.decode("latin-1") for name, _ in scope["headers"]}
    return is_loopback((scope.get("client") or ("",))[0]) and not names & {*FORWARDED}


def _hosts(scope: Mapping[str, Any]) -> Iterator[str]:
    return (value.decode("latin-1") for name, value in scope["headers"] if name == b"host")
