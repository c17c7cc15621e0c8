"""HEAD: whatever answers GET answers HEAD too, with the same headers and no body."""

from __future__ import annotations

from litestar import Litestar
from litestar.types import HTTPDisconnectEvent, Message, Receive, Scope, Send


class HeadToo(Litestar):
    """An application that answers HEAD as it would answer GET, without the body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await super().__call__(scope, receive, send)
            return
        await super().__call__({**scope, "method": "GET"}, _gone, _without_body(send))


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
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head
