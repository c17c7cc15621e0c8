"""Segment-spec messages, parsed: the head as a struct, what is told and the context as they were sent and as dicts."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from periplo.events.segment.shapes import Context, Told

NOTHING = Raw()

CALLS = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Customer Identified",
    "group": "Customer Grouped",
    "alias": "Customer Aliased",
}
"""Calls besides track, and the event that each becomes."""


class Head(Struct, gc=False, rename="camel"):
    """What stands at the top of a message. Senders are not to be trusted with types."""

    type: Any = None
    event: Any = None
    name: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    received_at: Any = None
    properties: Raw = NOTHING
    traits: Raw = NOTHING
    context: Raw = NOTHING


AS_SENT = dict(zip(Head.__struct_fields__, Head.__struct_encode_fields__, strict=True))
"""What messages call the fields of their head."""


class Parsed(Struct, gc=False):
    """One message. ``told``: its properties, or its traits; ``told_json`` and ``context_json`` are as sent."""

    head: Head
    told: Struct
    context: Context
    told_json: Raw
    context_json: Raw


_read_head = msgspec.json.Decoder(Head).decode
_read_told = msgspec.json.Decoder(Told | None).decode
_read_context = msgspec.json.Decoder(Context | None).decode
_read_anything = msgspec.json.Decoder().decode
_NO_TOLD, _NO_CONTEXT = Told(), Context()


def parse(raw: bytes) -> Parsed:
    """Reads one message. Raises ``msgspec.DecodeError`` or ``UnicodeDecodeError`` where it is no JSON object."""
    if not raw.isascii():
        raw.decode()  # what is not read, the decoder passes over without looking at its letters
    head = _read_head(raw)
    two = head.properties is not NOTHING and head.traits is not NOTHING
    if two or head.previous_id is not None or head.group_id is not None:
        return _parse_odd(head)
    json = head.traits if head.properties is NOTHING else head.properties
    try:
        told = _NO_TOLD if json is NOTHING else _read_told(json) or _NO_TOLD
        context = _NO_CONTEXT if head.context is NOTHING else _read_context(head.context) or _NO_CONTEXT
    except msgspec.ValidationError:
        return _parse_odd(head)
    return Parsed(head, told, context, json, head.context)


def _parse_odd(head: Head) -> Parsed:
    """Both properties and traits, other ids of a call, or something else where an object is expected: all is kept."""
    ids = {"previousId": head.previous_id, "groupId": head.group_id}
    told = _object("traits", head.traits) | _object("properties", head.properties)
    told |= {name: value for name, value in ids.items() if value is not None}
    context = _object("context", head.context)
    known = {name: value for name, value in context.items() if name in _PLAIN or isinstance(value, dict)}
    return Parsed(
        head,
        msgspec.convert(told, Told),
        msgspec.convert(known, Context),
        Raw(msgspec.json.encode(told)),
        Raw(msgspec.json.encode(context)),
    )


def problem_with(raw: bytes) -> str | None:
    """Why a message is no JSON, when all of it is read."""
    try:
        _read_anything(raw)
    except msgspec.DecodeError as error:
        return str(error)
    return None


_PLAIN = {"channel", "userAgent", "locale"}


def _object(name: str, raw: Raw) -> dict[str, Any]:
    value = None if raw is NOTHING else _read_anything(raw)
    if value is None:
        return {}
    return value if isinstance(value, dict) else {name: value}
