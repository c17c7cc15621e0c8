"""Messages as they were received, on their way into the log and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of messages that came in one request.

    ``call``        track, page, ..., of messages that do not say it; ``channel`` the source's default, empty for none
    ``sent_at``     a time as the sender wrote it, of messages that do not say it
    ``context``     JSON, under the context of each message; ``user_agent`` of the browser that sent them
    """

    source: str
    received_us: int
    call: str | None = None
    channel: str = ""
    sent_at: str | None = None
    user_agent: str | None = None
    context: bytes | None = None


@dataclass(frozen=True)
class Received:
    """Messages of one request that can become events: a JSON object and an id each."""

    receipt: Receipt
    event_ids: Sequence[str]
    messages: Sequence[bytes | msgspec.Raw]
