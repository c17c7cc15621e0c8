"""Bodies of requests that come slowly, in pieces, or never whole."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from periplo.errors import NotTaken, TooLarge, TooSlow
from periplo.server.collect import request
from periplo.server.collect.request import Asked, body_of


def asked(**headers: str) -> Asked:
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Asked({"method": "POST", "path": "/v1/t", "headers": given, "scheme": "http", "query_string": b""})


async def sent(*messages: dict[str, Any], most: int = 10) -> bytes:
    each = iter(messages)

    async def receive() -> dict[str, Any]:
        found = next(each, None)
        if found is None:
            await asyncio.Event().wait()  # a sender that says nothing more
        return found or {}

    return await body_of(asked(), receive, most)


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_pieces_are_one_body() -> None:
    assert asyncio.run(sent(piece(b"{"), piece(b""), piece(b"}", more=False))) == b"{}"


def test_one_who_sends_byte_by_byte_holds_nothing_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "LONGEST_S", 0.02)
    with pytest.raises(TooSlow, match="did not come whole"):
        asyncio.run(sent(piece(b"{"), piece(b'"')))


def test_too_much_is_let_go_and_told() -> None:
    with pytest.raises(TooLarge):
        asyncio.run(sent(piece(b"x" * 8), piece(b"x" * 8), piece(b"x", more=False)))
    with pytest.raises(TooLarge):  # without waiting for the rest, which may never end
        asyncio.run(sent(*[piece(b"x" * 10)] * 5))


def test_a_connection_that_ends_is_no_body() -> None:
    with pytest.raises(NotTaken, match="ended before"):
        asyncio.run(sent(piece(b"{"), {"type": "http.disconnect"}))
