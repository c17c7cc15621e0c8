"""Several shops in one server: each request goes to the application of the shop whose host it names.

What is sent to a host that belongs to no shop goes where its write key belongs, so that one host can collect for all.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from periplo.errors import PeriploError
from periplo.server.app import App
from periplo.server.collect.sorting import Sorting
from periplo.server.hosts import asked_host
from periplo.server.porch import CLOSED, Porch

log = logging.getLogger("periplo.server")


class Street:
    """``apps``: those of the open shops by their labels; ``closed``: why the others could not be opened; ``hosts``: the
    label of each host name."""

    def __init__(self, apps: Mapping[str, App], closed: Mapping[str, PeriploError], hosts: Mapping[str, str]) -> None:
        self.apps, self.closed, self.hosts = dict(apps), dict(closed), hosts
        self._porch = Porch(self.apps, self.closed)
        self._sorting = Sorting(self.apps, self.closed)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        label = self.hosts.get(asked_host(scope))
        app = self.apps.get(label or "")
        if label is None and Sorting.takes(scope):
            app, receive = await self._sorting.whose(scope, receive)
        if app:
            await app(scope, receive, send)
        else:
            await self._porch(scope | {CLOSED: label in self.closed or Sorting.takes(scope)}, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Starts and ends all shops; one that does not start is closed."""
        await receive()
        async with AsyncExitStack() as open_:
            for label, app in list(self.apps.items()):
                try:
                    await open_.enter_async_context(app.lifespan())
                except PeriploError as error:
                    log.error("The shop %s cannot be served: %s", label, error)
                    self.closed[label] = error
                    del self.apps[label]
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
