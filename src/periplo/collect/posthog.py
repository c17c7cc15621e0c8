"""PostHog's capture API: its events as Segment's calls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from periplo.collect.arrived import Arrived
from periplo.collect.segment import UNREADABLE, not_a_batch, take

Json = dict[str, Any]

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_PAGE = {"url": "$current_url", "path": "$pathname", "title": "title", "referrer": "$referrer"}
_CAMPAIGN = {"name": "utm_campaign", "source": "utm_source", "medium": "utm_medium"}
_LIBRARY = {"name": "$lib", "version": "$lib_version"}


def events_of(body: bytes) -> Arrived:
    """One event, a list of them, or a batch. Raises ``NotTaken`` where the body is none of these."""
    try:
        found = _decode(_unwrapped(body))
    except UNREADABLE as error:
        raise not_a_batch(error) from error
    whole = found if isinstance(found, dict) else {}
    events = found if isinstance(found, list) else whole.get("batch", [found])
    if not isinstance(events, list):
        raise not_a_batch()
    arrived = Arrived(sent_at=_text(whole.get("sent_at") or whole.get("sentAt")))
    arrived.write_key = next(filter(None, map(_key, [whole, *events])), None)
    take(arrived, [_encode(_call(event) if isinstance(event, dict) else event) for event in events], sure=True)
    return arrived


def _unwrapped(body: bytes) -> bytes:
    """A body as JSON: old browsers send a form, with JSON in base64."""
    if not body.startswith(b"data="):
        return body
    data = parse_qs(body.decode("latin-1")).get("data", [""])[0]
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return data.encode("latin-1", "replace")


def _key(event: Any) -> str | None:
    """The write key, which PostHog calls the project's token."""
    if not isinstance(event, dict):
        return None
    inside = event.get("properties")
    more = inside.get("token") if isinstance(inside, dict) else None
    return _text(event.get("api_key") or event.get("token") or more)


def _call(event: Json) -> Json:
    said = event.get("properties")
    told: Json = said if isinstance(said, dict) else {}
    person = _texts(event.get("distinct_id") or told.get("distinct_id"))
    known = {
        "messageId": event.get("uuid") or told.get("$insert_id") or event.get("messageId"),
        "timestamp": event.get("timestamp"),
        "context": _context(told),
    }
    call = _CALLS.get(str(event.get("event")), _track)
    made = known | _who(person, told) | call(event, told, person)
    return {name: value for name, value in made.items() if value is not None}


def _who(person: str | None, told: Json) -> Json:
    """Whose event it is: PostHog has one id for both, that of the device until somebody is identified."""
    device = _texts(told.get("$device_id") or told.get("$anon_distinct_id"))
    nobody = told.get("$is_identified") is False or told.get("$process_person_profile") is False
    if person is None or person == device or nobody:
        return {"anonymousId": device or person}
    return {"userId": person, "anonymousId": device}


def _track(event: Json, told: Json, person: str | None) -> Json:
    return {"type": "track", "event": event.get("event"), "properties": _kept(told)}


def _page(event: Json, told: Json, person: str | None) -> Json:
    return {"type": "page", "properties": _kept(told) | _named(_PAGE, told)}


def _screen(event: Json, told: Json, person: str | None) -> Json:
    return {"type": "screen", "name": told.get("$screen_name"), "properties": _kept(told)}


def _identify(event: Json, told: Json, person: str | None) -> Json:
    traits: Json = {}
    for name in ("$set_once", "$set"):
        for given in (event.get(name), told.get(name)):
            traits |= given if isinstance(given, dict) else {}
    return {"type": "identify", "userId": person, "traits": traits}


def _alias(event: Json, told: Json, person: str | None) -> Json:
    """The id given first is another name of the second."""
    return {"type": "alias", "userId": told.get("alias"), "previousId": person, "anonymousId": None}


def _merge(event: Json, told: Json, person: str | None) -> Json:
    return {"type": "alias", "userId": person, "previousId": told.get("alias"), "anonymousId": None}


def _group(event: Json, told: Json, person: str | None) -> Json:
    return {"type": "group", "groupId": told.get("$group_key"), "traits": told.get("$group_set")}


_CALLS: Mapping[str, Callable[[Json, Json, str | None], Json]] = {
    "$pageview": _page,
    "$screen": _screen,
    "$identify": _identify,
    "$set": _identify,
    "$create_alias": _alias,
    "$merge_dangerously": _merge,
    "$groupidentify": _group,
}


def _context(told: Json) -> Json:
    parts: Json = {
        "page": _named(_PAGE, told),
        "campaign": _named(_CAMPAIGN, told),
        "library": _named(_LIBRARY, told),
        "device": _named({"type": "$device_type"}, told),
        "userAgent": told.get("$raw_user_agent"),
        "locale": told.get("$browser_language"),
    }
    return {name: part for name, part in parts.items() if part}


def _named(names: Mapping[str, str], told: Json) -> Json:
    return {name: told[theirs] for name, theirs in names.items() if told.get(theirs) is not None}


def _kept(told: Json) -> Json:
    return {name: value for name, value in told.items() if name not in ("token", "distinct_id")}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None
