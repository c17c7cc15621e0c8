"""HEAD: whatever answers GET answers HEAD too, with the same headers and no body."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.types import HTTPDisconnectEvent, HTTPResponseBodyEvent, Message, Send


class HeadToo(Litestar):
    """An application that answers HEAD as it would answer GET, without the body."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, receive, send = scope | {"method": "GET"}, _gone, _without_body(send)
        await super().__call__(scope, receive, send)


async def _gone() -> HTTPDisconnectEvent:
    """Who asks for the head is gone once it is sent: a live stream ends there."""
    return {"type": "http.disconnect"}


def _without_body(send: Send) -> Send:
    ended = False

    async def head(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended:
            ended = True
            body: HTTPResponseBodyEvent = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(body)

    return head
