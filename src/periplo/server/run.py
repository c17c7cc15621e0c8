"""Listening: one process, in this thread, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from periplo.errors import PeriploError, UsageError
from periplo.language import Lang, from_environment, t
from periplo.operation import set_up, stopping
from periplo.operation.machine_code import KEPT
from periplo.server.address import is_loopback, take
from periplo.server.coming import Coming
from periplo.server.hosts import by_host, labels
from periplo.server.listening import Listening
from periplo.server.rehearsal import Rehearsal
from periplo.server.street import Street
from periplo.server.tenant import Tenant
from periplo.workspace import Settings, Shop
from periplo.workspace.settings import Server

log = logging.getLogger("periplo.server")

TURN_S = 0.0005
"""How long a thread keeps the interpreter while others wait: requests must not wait for what goes on behind them."""

PATIENCE_S = 20.0
"""After so long the address is told although the map is still being read; the page then takes what is left."""

NONE: Mapping[Path, PeriploError] = {}


def serve(
    *shops: Shop,
    closed: Mapping[Path, PeriploError] = NONE,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    work: bool = True,
) -> None:
    """Serves the maps of shops until SIGTERM or Ctrl-C, and prints where. Port 0 takes a free one; host and port are
    those of the first shop's settings unless given. What goes on behind requests does a worker for each shop, a process
    beside this one; without ``work`` there is none, and others do it.

    Several shops are told apart by host name; ``closed`` are those that could not be opened, which keeps no other from
    being served. On an address that other machines reach everybody signs in. Who is first joins as owner by a link that
    is printed. Raises ``UsageError`` where the port is taken, the address is not this machine's, or two shops have
    something that each needs alone.
    """
    usual = shops[0].settings.server
    host = usual.host if host is None else host
    local = is_loopback(host)
    _apart(shops)
    listening, port = take(host, usual.port if port is None else port)
    set_up(shops[0].settings.logs.level, shops[0].settings.logs.format)
    if not KEPT:
        log.warning("Compiled code cannot be kept: each start compiles anew. Name a folder: NUMBA_CACHE_DIR.")
    tenants, app = _settled(shops, closed, local, work)
    lang = from_environment()

    def ready() -> None:
        for one in tenants:
            one.work()  # only now: the first pages need the processor themselves
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again would hold requests up for 0.1 s
        homes = [_tell(one, one.address(host, port, local=local), lang) for one in tenants]
        print(t("Ctrl-C ends it.", lang), flush=True)
        if open_browser:
            webbrowser.open(homes[0])

    sys.setswitchinterval(TURN_S)
    for one in tenants:
        told = t("Reading the journeys of {shop} …", lang, shop=one.shop.settings.name)
        print(told, file=sys.stderr, flush=True)
    Rehearsal.begin(*(one.rehearsal for one in tenants))
    asyncio.run(_serve(app, listening, port, tenants, ready, usual))


def _apart(shops: Sequence[Shop]) -> None:
    """Raises ``UsageError`` where two shops would write one log, or have one set of people."""
    seen: dict[tuple[str, str], Path] = {}
    for shop in shops:
        for what, which in _own(shop.path, shop.settings).items():
            other = seen.get((what, which))
            if other:
                raise UsageError(
                    "{one} and {other} would share what each shop needs alone: {own}.",
                    fix="Give each shop its own in its periplo.toml; the environment holds for all shops of a server.",
                    one=other,
                    other=shop.path,
                    own=what,
                )
            seen[what, which] = shop.path


def _own(path: Path, settings: Settings) -> dict[str, str]:
    """What no other shop of the server may have, by its setting."""
    found = {"SHOP": str(path.resolve())}
    if settings.database:
        found["database"] = settings.database
    if settings.people.database:
        found["people.workspace"] = f"{settings.people.database} {settings.people.workspace or path.resolve().name}"
    return found


def _settled(
    shops: Sequence[Shop], closed: Mapping[Path, PeriploError], local: bool, work: bool
) -> tuple[list[Tenant], Any]:
    """The shops ready to be served, and the application over them. Raises what one shop that is alone raises."""
    if len(shops) + len(closed) == 1:
        alone = Tenant.of(shops[0], "", local=local, work=work)
        return [alone], alone.app
    names = labels([*(shop.path for shop in shops), *closed])
    not_open = dict(zip(names[len(shops) :], closed.values(), strict=True))
    tenants = []
    for label, shop in zip(names, shops, strict=False):
        try:
            tenants.append(Tenant.of(shop, label, local=local, work=work))
        except PeriploError as error:
            not_open[label] = error
    for label, why in not_open.items():
        log.error("The shop %s cannot be served: %s", label, why)
    hosts = {one.label: one.shop.settings.server.hosts for one in tenants} | {label: [] for label in not_open}
    return tenants, Street({one.label: one.app for one in tenants}, not_open, by_host(hosts))


def _tell(one: Tenant, address: str, lang: Lang) -> str:
    """Prints where a shop is, and how its owner joins; answers what a browser should open."""
    print(t("The map of {shop}: {address}", lang, shop=one.shop.settings.name, address=address), flush=True)
    if not one.welcome:
        return address
    link = f"{address}/join/{one.welcome}"
    print(t("Join as its owner, once: {link}", lang, link=link), flush=True)
    return link


async def _serve(
    app: Any, host: str, port: int, tenants: Sequence[Tenant], ready: Callable[[], None], usual: Server
) -> None:
    server = Listening(Coming(app), host, port, usual.most_connections)
    server.workers_kill_timeout = usual.grace_s or None

    def stop() -> None:
        for one in tenants:
            one.stop()
        server.stop()  # type: ignore[no-untyped-call]

    with stopping(partial(asyncio.get_running_loop().call_soon_threadsafe, stop)):
        announced = asyncio.create_task(_announce(host, port, tenants, ready))
        with suppress(TimeoutError):
            await server.serve()
        announced.cancel()
        await asyncio.gather(*(asyncio.to_thread(one.worker.stop) for one in tenants if one.worker))


async def _announce(host: str, port: int, tenants: Sequence[Tenant], ready: Callable[[], None]) -> None:
    """Calls ``ready`` once the port answers and the first pages do not have to be waited for."""
    there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(there, port)
            writer.close()
            break
        await asyncio.sleep(0.02)
    await asyncio.gather(*(one.rehearsal.over(PATIENCE_S) for one in tenants))
    ready()
