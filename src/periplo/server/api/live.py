"""Changes of the shop, as they happen."""

from __future__ import annotations

from litestar import get
from litestar.response import ServerSentEvent

from periplo.access import Permission
from periplo.server.given import TheWatch
from periplo.server.keys import STREAM, UNVERSIONED
from periplo.server.live import messages
from periplo.server.rules import needs


@get(
    "/events",
    sync_to_thread=False,
    opt=needs(Permission.NUMBERS, STREAM, UNVERSIONED),
    tags=["Live"],
    summary="Changes",
)
def events(watch: TheWatch) -> ServerSentEvent:
    """Server-sent events: `version` with the new version whenever the data of the shop change."""
    return ServerSentEvent(messages(watch))
