"""Bodies of requests that come slowly, in pieces, or never whole."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from periplo.errors import NotTaken, PeriploError, TooLarge, TooSlow
from periplo.server import coming
from periplo.server.collect.request import Asked, body_of
from periplo.server.coming import Coming

POST = {"type": "http", "method": "POST", "path": "/v1/t", "headers": [], "scheme": "http", "query_string": b""}


class Door:
    """Reads each body whole, and notes it, or what is wrong with it."""

    def __init__(self, most: int = 10) -> None:
        self._most, self.coming = most, Coming(self)
        self.found: list[bytes | PeriploError] = []
        self.asked: dict[str, Any] = POST

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            self.found.append(await body_of(Asked(scope), receive, self._most))
        except PeriploError as error:
            self.found.append(error.with_traceback(None))

    async def take(self, *messages: dict[str, Any]) -> None:
        each = iter(messages)

        async def receive() -> dict[str, Any]:
            found = next(each, None)
            if found is None:
                await asyncio.Event().wait()  # a sender that says nothing more
            return found or {}

        await self.coming(self.asked, receive, None)

    def taken(self, *messages: dict[str, Any], **headers: str) -> bytes | PeriploError:
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.asked = POST | {"headers": named}
        asyncio.run(self.take(*messages))
        return self.found[-1]


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_pieces_are_one_body() -> None:
    assert Door().taken(piece(b"{"), piece(b""), piece(b"}", more=False)) == b"{}"


def test_a_body_is_whole_when_it_is_as_long_as_its_head_says() -> None:
    assert Door().taken(piece(b"{"), piece(b"}"), content_length="2") == b"{}"  # nothing more has to come
    assert Door().taken(piece(b"{}", more=False), content_length="3") == b"{}"
    ends = piece(b"{"), piece(b"}"), piece(b"", more=False)
    assert Door().taken(*ends, content_length="1", transfer_encoding="chunked") == b"{}"
    assert Door().taken(*ends, content_length="many") == b"{}"


def test_one_who_sends_byte_by_byte_holds_nothing_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "LONGEST_S", 0.02)
    assert isinstance(Door().taken(piece(b"{"), piece(b'"')), TooSlow)


def test_too_much_is_let_go_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.server.collect.request.MOST_LEFT", 40)
    assert isinstance(Door().taken(piece(b"x" * 8), piece(b"x" * 8), piece(b"x", more=False)), TooLarge)
    endless = [piece(b"x" * 10)] * 5
    assert isinstance(Door().taken(*endless), TooLarge)  # without waiting for the rest, which may never end


def test_a_connection_that_ends_is_no_body() -> None:
    found = Door().taken(piece(b"{"), {"type": "http.disconnect"})
    assert (type(found), "ended before" in str(found)) == (NotTaken, True)


def test_where_all_of_them_are_too_much_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "LONGEST_S", 0.2)
    monkeypatch.setattr(coming, "MOST_BYTES", 3 * (coming.PART_BYTES + 10))

    async def besiege(door: Door) -> None:
        whole = [piece(b"x" * 10), piece(b"", more=False)]
        await asyncio.gather(*(door.take(piece(b"x" * 10)) for _ in range(5)), door.take(*whole))
        await door.take(*whole)

    door = Door()
    asyncio.run(besiege(door))
    assert sorted(type(one).__name__ for one in door.found) == 3 * ["ShopBusy"] + 2 * ["TooSlow"] + 2 * ["bytes"]
    assert door.coming._bytes == 0


def test_one_that_is_too_slow_at_that_moment_goes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "LONGEST_S", 0.02)
    door, told = Door(), list[Exception]()

    async def besiege() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        waiting = asyncio.create_task(door.take(piece(b"x")))
        await asyncio.sleep(0)
        (body,) = door.coming._bodies
        loop.call_at(body._until + 0.001, door.coming.hold, body, coming.MOST_BYTES)
        time.sleep(0.03)  # so that both moments are over at once
        await waiting

    asyncio.run(besiege())
    assert (told, len(door.found)) == ([], 1)
