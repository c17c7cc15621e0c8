"""What is known of messages besides what they say: how and when they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw


class Arrival(NamedTuple):
    """Columns, one value per message: its id, and what holds where the message does not say it itself.

    ``calls`` track, page, ...; ``sent_at`` a time as the sender wrote it; ``received_us`` microseconds since 1970;
    ``contexts`` JSON that several messages share; ``user_agents`` of the browsers that sent them.
    """

    event_ids: Sequence[str]
    calls: Sequence[str | None]
    sent_at: Sequence[str | None]
    received_us: Sequence[int]
    contexts: Sequence[bytes | None]
    user_agents: Sequence[str | None]

    def of(self, rows: Sequence[int]) -> Arrival:
        """That of these messages."""
        return Arrival._make([column[row] for row in rows] for column in self)


class _Message(msgspec.Struct):
    context: Raw = Raw()


_read = msgspec.json.Decoder(_Message).decode
_read_object = msgspec.json.Decoder(dict[str, Any] | None).decode


def completed(raw: bytes, context: bytes | None, user_agent: str | None) -> bytes:
    """A message with what it shares with others under its own context, and the user agent where it names none.

    Raises ``msgspec.DecodeError`` where the message is no JSON object.
    """
    if context is None and user_agent is None:
        return raw
    own = _read(raw).context
    said = (_read_object(own) if own else None) or {}
    shared = (_read_object(context) if context else None) or {}
    whole = under(shared, said)
    if user_agent and not whole.get("userAgent"):
        whole["userAgent"] = user_agent
    if whole == said:
        return raw
    return msgspec.json.encode(msgspec.json.decode(raw) | {"context": whole})


def under(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Both together, objects inside too; where both say something that is not null, the own holds."""
    found = dict(shared)
    for name, value in own.items():
        beneath = found.get(name)
        if isinstance(value, dict) and isinstance(beneath, dict):
            found[name] = under(beneath, value)
        elif value is not None or name not in found:
            found[name] = value
    return found
