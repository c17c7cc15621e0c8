"""Around every request: it gets an id, is counted and timed by its route, and told of without saying who asked what."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from litestar.types import Message, Scope

from periplo.operation import new_request_id, request_id
from periplo.operation.measures import Measures
from periplo.operation.seldom import Seldom

log = logging.getLogger("periplo.requests")

TOLD, NO_ROUTE = "periplo.told", "no route"
BUSY = 503
_HEADER = b"x-request-id"


@dataclass
class Told:
    """What is told of a request once it is answered. ``busy``: so many come that each is told only at level debug."""

    route: str = NO_ROUTE
    status: int = 499  # nobody waited for the answer
    busy: bool = False
    began: float = field(default_factory=time.perf_counter)


class Requests:
    """Passes requests on to a door of the server; ``now`` of them are being answered."""

    def __init__(self, measures: Measures, refusals: Seldom[str] | None = None) -> None:
        self._measures, self.now = measures, 0
        self._refusals = refusals or Seldom[str]()

    async def __call__(self, scope: Any, receive: Any, send: Any, door: Any) -> None:
        mine = new_request_id(dict(scope["headers"]).get(_HEADER, b"").decode("latin-1"))
        token, told = request_id.set(mine), Told()
        self.now += 1

        async def telling(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
                message = message | {"headers": [*message.get("headers", ()), (_HEADER, mine.encode())]}
            await send(message)

        try:
            await door(scope | {TOLD: told}, receive, telling)
        finally:
            self.now -= 1
            self._tell(told, scope["method"])
            request_id.reset(token)
            for route, times in self._refusals.due():
                log.warning("requests", extra={"route": route, "status": BUSY, "times": times})

    async def answered(self) -> None:
        """Returns when none is being answered any more."""
        while self.now:
            await asyncio.sleep(0.01)

    def _tell(self, told: Told, method: str) -> None:
        seconds = time.perf_counter() - told.began
        self._measures.request(told.route, method, told.status, seconds)
        level = self._level(told)
        if log.isEnabledFor(level):
            fields = {"route": told.route, "method": method[:10], "status": told.status, "ms": round(1000 * seconds, 1)}
            log.log(level, "request", extra=fields)

    def _level(self, told: Told) -> int:
        """How important it is. Who is besieged refuses thousands: the first is told, and then how many."""
        if told.status == BUSY:
            return logging.WARNING if self._refusals.first(told.route) else logging.DEBUG
        if told.status >= 500:
            return logging.WARNING
        return logging.DEBUG if told.busy else logging.INFO


def name_route(message: Message, scope: Scope) -> None:
    """As an answer begins: which route gives it, with its parameters unfilled."""
    if message["type"] == "http.response.start":
        told: Told = scope[TOLD]  # type: ignore[literal-required]
        told.route = scope.get("path_template") or NO_ROUTE
