"""The parts of a Segment-spec message that Periplo reads; whatever else it says is kept as the JSON it came in."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Raw, Struct

S = TypeVar("S", bound=Struct)

NOTHING = Raw()

CALLS = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Customer Identified",
    "group": "Customer Grouped",
    "alias": "Customer Aliased",
}
"""Calls besides track, and the event that each becomes."""


class Message(Struct, gc=False, rename="camel"):
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


class Address(Struct, gc=False):
    country: Any = None


class Told(Struct, gc=False):
    """What ``properties`` or ``traits`` say, under the names of Ecommerce v2, and of GA4 where they differ."""

    revenue: Any = None
    total: Any = None
    value: Any = None
    currency: Any = None
    order_id: Any = None
    transaction_id: Any = None
    cart_id: Any = None
    products: Any = None
    items: Any = None
    product_id: Any = None
    item_id: Any = None
    sku: Any = None
    category: Any = None
    item_category: Any = None
    quantity: Any = None
    coupon: Any = None
    query: Any = None
    search_term: Any = None
    url: Any = None
    path: Any = None
    title: Any = None
    referrer: Any = None
    name: Any = None
    channel: Any = None
    device: Any = None
    country: Any = None
    email: Any = None
    phone: Any = None
    loyalty_card: Any = None
    loyalty_id: Any = None
    address: Address | None = None


class Page(Struct, gc=False):
    url: Any = None
    path: Any = None
    title: Any = None
    referrer: Any = None


class Campaign(Struct, gc=False):
    name: Any = None
    source: Any = None
    medium: Any = None


class Device(Struct, gc=False):
    type: Any = None
    category: Any = None
    model: Any = None


class Library(Struct, gc=False):
    name: Any = None


class Location(Struct, gc=False):
    country: Any = None


class Referrer(Struct, gc=False):
    url: Any = None


class Context(Struct, gc=False, rename="camel"):
    channel: Any = None
    locale: Any = None
    user_agent: Any = None
    page: Page | None = None
    campaign: Campaign | None = None
    device: Device | None = None
    library: Library | None = None
    location: Location | None = None
    referrer: Referrer | None = None
    traits: Told | None = None


class Parsed(Struct, gc=False):
    """One message: its head, what it tells, and its context; ``told_json`` and ``context_json`` are as sent."""

    head: Message
    told: Told
    context: Context
    told_json: Raw
    context_json: Raw


_read_message = msgspec.json.Decoder(Message).decode
_read_told = msgspec.json.Decoder(Told | None).decode
_read_context = msgspec.json.Decoder(Context | None).decode
_read_anything = msgspec.json.Decoder().decode
_NO_CONTEXT, _NOTHING_TOLD = Context(), Told()


def parse(raw: bytes) -> Parsed:
    """Reads one message. Raises ``msgspec.DecodeError`` where it is no JSON object."""
    try:
        head = _read_message(raw)
        if head.properties is not NOTHING and head.traits is not NOTHING:
            return _parse_odd(raw)
        json = head.traits if head.properties is NOTHING else head.properties
        told = _NOTHING_TOLD if json is NOTHING else _read_told(json) or _NOTHING_TOLD
        context = _NO_CONTEXT if head.context is NOTHING else _read_context(head.context) or _NO_CONTEXT
    except msgspec.ValidationError:
        return _parse_odd(raw)
    if head.previous_id is not None or head.group_id is not None:
        return _parse_odd(raw)
    return Parsed(head, told, context, json, head.context)


def _parse_odd(raw: bytes) -> Parsed:
    """The long way: both properties and traits, ids of a call, or something else where an object is expected."""
    whole = _read_anything(raw)
    if not isinstance(whole, dict):
        raise msgspec.DecodeError("it is not an object")
    told = _object(whole, "traits") | _object(whole, "properties")
    context = _object(whole, "context")
    rest = {key: value for key, value in whole.items() if key not in {"traits", "properties", "context"}}
    ids = {key: rest[key] for key in ("previousId", "groupId") if rest.get(key) is not None}
    return Parsed(
        msgspec.convert(rest, Message),
        _lenient(told, Told),
        _lenient(context, Context),
        Raw(msgspec.json.encode(told | ids)),
        Raw(msgspec.json.encode(context)),
    )


def _object(whole: dict[str, Any], key: str) -> dict[str, Any]:
    value = whole.get(key)
    if value is None:
        return {}
    return value if isinstance(value, dict) else {key: value}


def _lenient(given: dict[str, Any], kind: type[S]) -> S:
    """``given`` as a struct; a part that should be an object and is not is left out."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = given.get(field.encode_name)
        if field.type is not Any and value is not None:
            value = _lenient(value, get_args(field.type)[0]) if isinstance(value, dict) else None
        fields[field.name] = value
    return kind(**fields)
