"""Listening: one process, in this thread, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar

from periplo.access import By
from periplo.language import from_environment, t
from periplo.operation import set_up, stopping
from periplo.server.address import is_loopback, take, url
from periplo.server.app import create_app
from periplo.server.rehearsal import Rehearsal
from periplo.workspace import Shop

TURN_S = 0.0005
"""How long a thread keeps the interpreter while others wait: requests must not wait for what goes on behind them."""

PATIENCE_S = 20.0
"""After so long the address is told although the map is still being read; the page then takes what is left."""


def serve(
    shop: Shop,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    work: bool = True,
) -> None:
    """Serves the shop's map until SIGTERM or Ctrl-C, and prints where. Port 0 takes a free one; host and port are
    those of the settings unless given. Without ``work``, other processes do what goes on behind requests.

    On an address that other machines reach everybody signs in. Who is first joins as owner by a link that is printed.
    Raises ``UsageError`` where the port is taken or the address is not this machine's.
    """
    lang, usual = from_environment(), shop.settings.server
    host = usual.host if host is None else host
    local = is_loopback(host)
    listening, port = take(host, usual.port if port is None else port)
    set_up(shop.settings.logs.level, shop.settings.logs.format)
    app = create_app(shop, local=local, work=work)
    address = url(host, port)
    welcome = "" if local or not shop.access.deserted() else shop.access.links.first_owner(By("server"))

    def ready() -> None:
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again would hold requests up for 0.1 s
        print(t("The map of {shop}: {address}", lang, shop=shop.settings.name, address=address), flush=True)
        if welcome:
            print(t("Join as its owner, once: {link}", lang, link=f"{address}/join/{welcome}"), flush=True)
        print(t("Ctrl-C ends it.", lang), flush=True)
        if open_browser:
            webbrowser.open(f"{address}/join/{welcome}" if welcome else address)

    sys.setswitchinterval(TURN_S)
    rehearsal = Rehearsal(app.state.desk)
    rehearsal.begin()
    print(t("Reading the journeys of {shop} …", lang, shop=shop.settings.name), file=sys.stderr, flush=True)
    asyncio.run(_serve(app, listening, port, rehearsal, ready, usual.grace_s))


async def _serve(
    app: Litestar, host: str, port: int, rehearsal: Rehearsal, ready: Callable[[], None], grace_s: int
) -> None:
    server = Server(
        app, host, port, interface=Interfaces.ASGI, http=HTTPModes.http1, websockets=False, log_enabled=False
    )
    server.workers_kill_timeout = grace_s or None

    def stop() -> None:
        app.state.health.stopping = True
        app.state.watch.close()
        server.stop()  # type: ignore[no-untyped-call]

    with stopping(partial(asyncio.get_running_loop().call_soon_threadsafe, stop)):
        announced = asyncio.create_task(_announce(host, port, rehearsal, ready))
        with suppress(TimeoutError):
            await server.serve()
        announced.cancel()


async def _announce(host: str, port: int, rehearsal: Rehearsal, ready: Callable[[], None]) -> None:
    """Calls ``ready`` once the port answers and the first page does not have to be waited for."""
    there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(there, port)
            writer.close()
            break
        await asyncio.sleep(0.02)
    await rehearsal.over(PATIENCE_S)
    ready()
