"""The socket that is listened on: how many connections it holds, and how long each may take for what.

Who asks nothing, asks slowly or does not read what was answered is let go, so that connections come to an end by
themselves; how long a body may take, ``coming`` says. Only HTTP/1.1 and 1.0 are spoken, no HTTP/2 and no websockets.
"""

from __future__ import annotations

import logging
import socket
import sys
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

log = logging.getLogger("periplo.server")

HEAD_S = 30.0
"""A request's line and headers must have come by then; so must the next request on a connection that is kept."""

MOST_HEAD_BYTES = 64 << 10
"""Of a request's line and headers. There may be 100 headers."""

UNREAD_S = 60.0
"""An answer, or a part of it, must have been read by then."""

BACKLOG = 4096
"""How many wait to be connected while all connections are taken."""

OTHER_FILES = 512
"""File descriptors that are left for all else that is opened."""


class Listening(Server):
    """``app``, listening at an IP address and port, for at most so many connections at once."""

    def __init__(self, app: Any, host: str, port: int, most_connections: int) -> None:
        super().__init__(
            app,
            host,
            port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=room_for(most_connections),
            http1_settings=HTTP1Settings(header_read_timeout=round(1000 * HEAD_S), max_buffer_size=MOST_HEAD_BYTES),
            log_enabled=False,
        )

    def _init_shared_socket(self) -> None:
        """On a socket of our own: what is set there holds for all its connections."""
        if sys.platform != "linux":  # others have no such limit
            super()._init_shared_socket()
            return
        own = socket.socket(socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * UNREAD_S))
        own.bind((self.bind_addr, self.bind_port))
        self._ssp, self._shd = None, SocketHolder(own.detach(), False, self.backlog)  # type: ignore[assignment, call-arg]


def room_for(connections: int) -> int:
    """How many connections this process can hold, at most those that are wanted: each takes a file descriptor."""
    try:
        import resource
    except ImportError:  # Windows counts none
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    found = max(soft - OTHER_FILES, soft // 2)
    log.warning("The system lets this process open %s files only: it holds %s connections at once.", soft, found)
    return found
