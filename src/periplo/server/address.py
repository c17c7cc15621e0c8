"""Addresses to listen on: is it this machine only, is the port free, and what a reader types to get there."""

from __future__ import annotations

import errno
import ipaddress
import socket

from periplo.errors import UsageError


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address) can only mean the machine itself."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The host of a ``Host`` header, without its port: ``[::1]:8765`` -> ``::1``."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] if header.count(":") == 1 else header


def take(host: str, port: int) -> tuple[str, int]:
    """The IP address and port to listen on, a free port for 0.

    Raises ``UsageError`` where the port is taken or not allowed, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(
            "The address {host} is not known.",
            fix="Use an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
            host=host,
        ) from error
    family, _, _, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            raise _refused(error, host, port) from error
        return str(where[0]), int(probe.getsockname()[1])


def url(host: str, port: int) -> str:
    """What a reader types; an address that means "every network" is shown as this machine."""
    name = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _refused(error: OSError, host: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            "Port {port} is already in use.",
            why="Another program, perhaps Periplo itself, listens there.",
            fix="Choose another: --port {other}.",
            port=port,
            other=take(host, 0)[1],
        )
    if error.errno == errno.EACCES:
        return UsageError(
            "Port {port} is not allowed.",
            why="Ports below 1024 belong to the system.",
            fix="Choose another: --port {other}.",
            port=port,
            other=take(host, 0)[1],
        )
    return UsageError(
        "The address {host} cannot be used here.",
        why="The system says: {reason}.",
        fix="Use an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
        host=host,
        reason=error.strerror or str(error),
    )
