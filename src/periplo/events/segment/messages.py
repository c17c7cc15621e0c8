"""Segment-spec messages, parsed: the head as a struct, what is told and the context as they were sent and as dicts."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

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
    told: dict[str, Any]
    context: dict[str, Any]
    told_json: Raw
    context_json: Raw


_read_head = msgspec.json.Decoder(Head).decode
_read_object = msgspec.json.Decoder(dict[str, Any] | None).decode
_read_anything = msgspec.json.Decoder().decode
_NONE: dict[str, Any] = {}


def parse(raw: bytes) -> Parsed:
    """Reads one message. Raises ``msgspec.DecodeError`` where it is no JSON object."""
    head = _read_head(raw)
    two = head.properties is not NOTHING and head.traits is not NOTHING
    if two or head.previous_id is not None or head.group_id is not None:
        return _parse_odd(head)
    json = head.traits if head.properties is NOTHING else head.properties
    try:
        told = _NONE if json is NOTHING else _read_object(json) or _NONE
        context = _NONE if head.context is NOTHING else _read_object(head.context) or _NONE
    except msgspec.ValidationError:
        return _parse_odd(head)
    return Parsed(head, told, context, json, head.context)


def _parse_odd(head: Head) -> Parsed:
    """Both properties and traits, other ids of a call, or something else where an object is expected: all is kept."""
    ids = {"previousId": head.previous_id, "groupId": head.group_id}
    told = _object("traits", head.traits) | _object("properties", head.properties)
    told |= {name: value for name, value in ids.items() if value is not None}
    context = _object("context", head.context)
    return Parsed(head, told, context, Raw(msgspec.json.encode(told)), Raw(msgspec.json.encode(context)))


def _object(name: str, raw: Raw) -> dict[str, Any]:
    value = None if raw is NOTHING else _read_anything(raw)
    if value is None:
        return {}
    return value if isinstance(value, dict) else {name: value}
