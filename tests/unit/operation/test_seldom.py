"""A server that must refuse thousands says so, and not thousands of times."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from periplo.operation.measures import Measures
from periplo.operation.seldom import EVERY_S, Seldom
from periplo.server.requests import TOLD, Requests


def test_the_first_is_said_and_then_how_often() -> None:
    now = [100.0]
    seldom = Seldom[str](lambda: now[0])
    assert [seldom.first(kind) for kind in "aaba"] == [True, False, True, False]
    assert seldom.due() == []
    now[0] += EVERY_S
    assert seldom.due() == [("a", 2)], "of b there was no other"
    assert (seldom.due(), seldom.first("b"), seldom.first("a")) == ([], True, False)
    now[0] += EVERY_S
    assert seldom.due() == [("a", 1)]
    now[0] += EVERY_S
    assert seldom.due() == []
    assert seldom.first("a")


def test_a_server_under_siege_does_not_flood_its_log(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    requests = Requests(Measures(), Seldom(lambda: now[0]))

    async def ask(times: int, status: int, route: str = "/v1/batch") -> None:
        async def door(scope: Any, receive: Any, send: Any) -> None:
            scope[TOLD].route, scope[TOLD].busy = route, True
            await send({"type": "http.response.start", "status": status})

        async def nothing(message: Any) -> None:
            pass

        for _ in range(times):
            await requests({"headers": [], "method": "POST"}, None, nothing, door)

    async def besieged() -> None:
        await ask(1000, 503)
        await ask(2, 503, "/v1/track")
        await ask(2, 500)
        now[0] += EVERY_S
        await ask(1, 200)

    with caplog.at_level(logging.INFO, "periplo.requests"):
        asyncio.run(besieged())
    told = [(one.levelname, one.route, one.status, getattr(one, "times", 1)) for one in caplog.records]  # type: ignore[attr-defined]
    assert told == [
        ("WARNING", "/v1/batch", 503, 1),
        ("WARNING", "/v1/track", 503, 1),
        ("WARNING", "/v1/batch", 500, 1),
        ("WARNING", "/v1/batch", 500, 1),
        ("WARNING", "/v1/batch", 503, 999),
        ("WARNING", "/v1/track", 503, 1),
    ]
