"""The collecting door in the OpenAPI document: it stands before the application that writes the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from periplo.collect import MOST_EVENTS, Answer, batch_of, events_of
from periplo.server.collect.routes import FLAGS, ROUTES, SETTINGS
from periplo.server.collect.webhooks import HOOKS

Json = dict[str, Any]

TAG = "Collecting"

_REF = "#/components/schemas/Collecting{name}"
_TEXT: Json = {"type": "string"}
_NULLABLE_TEXT: Json = {"type": ["string", "null"]}
_ANY: Json = {"type": "object"}
_NULLABLE_OBJECT: Json = {"type": ["object", "null"]}
_PARTS = ("what", "why", "fix", "code")
_REFUSAL: Json = {
    "type": "object",
    "required": ["error", "code", "message"],
    "properties": {
        "error": {"type": "object", "required": [*_PARTS], "properties": dict.fromkeys(_PARTS, _TEXT)},
        "code": _TEXT,
        "message": _TEXT,
    },
}
_MESSAGE: Json = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("type", "event", "userId", "anonymousId", "groupId", "previousId"), _NULLABLE_TEXT),
        **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt"), _NULLABLE_TEXT | {"format": "date-time"}),
        **dict.fromkeys(("properties", "traits", "context"), _NULLABLE_OBJECT),
        "messageId": {"type": ["string", "integer", "null"]},
    },
}
_REFUSED = {
    401: "No source has this write key.",
    403: "A page of a site that the source does not know.",
    413: "Too large.",
    503: "Our fault: nothing was taken. Send it again; nothing is counted twice.",
}
_SECURITY: dict[str, Json] = {
    "writeKey": {"type": "http", "scheme": "basic", "description": "The write key as the name; no password."},
    "writeKeyHeader": {"type": "apiKey", "in": "header", "name": "X-Write-Key"},
    "writeKeyQuery": {"type": "apiKey", "in": "query", "name": "writeKey"},
}


def paths() -> dict[str, Json]:
    """Every path that the door takes, as OpenAPI describes paths."""
    found = {path: {"post": _sending(path)} for path in ROUTES}
    found |= {path: {"post": _flags(path)} for path in sorted(FLAGS)}
    key = {"name": "key", "in": "path", "required": True, "schema": _TEXT, "description": "The write key."}
    found[SETTINGS] = {"get": _settings(SETTINGS, "Segment's") | {"parameters": [key], "security": [{}]}}
    found["/sourceConfig"] = {"get": _settings("/sourceConfig", "RudderStack's")}
    found[HOOKS] = {"post": _hook()}
    return found


def components() -> dict[str, dict[str, Json]]:
    """What the paths refer to."""
    _, answers = msgspec.json.schema_components([Answer], ref_template=_REF)
    schemas = answers | {"Refusal": _REFUSAL, "Message": _MESSAGE}
    return {
        "schemas": {f"Collecting{name}": schema for name, schema in schemas.items()},
        "securitySchemes": _SECURITY,
    }


def _sending(path: str) -> Json:
    what, body = _taken(path)
    answer, refusal = _answer("Answer"), _answer("Refusal")
    return _operation(path, f"Send {what}", f"Takes {what}, and answers when all is durable.") | {
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "All is durable; a verdict for each event.", "content": answer},
            "400": {
                "description": "Nothing of it can ever be an event.",
                "content": _content({"anyOf": [_ref("Answer"), _ref("Refusal")]}),
            },
            **{str(status): _refused(status, refusal) for status in _REFUSED},
        },
    }


def _taken(path: str) -> tuple[str, Json]:
    """What a path takes, in words and as a schema."""
    read, message = ROUTES[path], _ref("Message")
    if isinstance(read, partial):
        return f"one {read.args[0]} call", message
    if read is batch_of:
        calls = {"type": "array", "items": message, "maxItems": MOST_EVENTS}
        batch = {"batch": calls, "sentAt": _TEXT, "context": _ANY, "writeKey": _TEXT}
        return "a batch of calls", {"type": "object", "required": ["batch"], "properties": batch}
    assert read is events_of
    return "PostHog's events: one, a list, or a batch", {"anyOf": [_ANY, {"type": "array", "items": _ANY}]}


def _flags(path: str) -> Json:
    about = _operation(path, "Feature flags", "Answers PostHog's SDKs that there are none.")
    return about | {"security": [{}], "responses": {"200": {"description": "None.", "content": _content(_ANY)}}}


def _settings(path: str, whose: str) -> Json:
    about = _operation(path, "What SDKs are told", f"Answers {whose} SDKs before they send.")
    refused = {str(status): _refused(status, _answer("Refusal")) for status in (401, 403, 503)}
    return about | {"responses": {"200": {"description": "The settings.", "content": _content(_ANY)}, **refused}}


def _hook() -> Json:
    name = {"name": "name", "in": "path", "required": True, "schema": _TEXT, "description": "The connector."}
    about = _operation(HOOKS, "A webhook", "What another system reports, proven as its connector says.")
    taken = {"description": "It is kept, whether or not it became events.", "content": _answer("Answer")}
    statuses = {400: "It cannot be taken apart.", **_REFUSED, 401: "It is not proven.", 404: "No such connector."}
    refused = {str(status): _refused(status, _answer("Refusal"), text) for status, text in statuses.items()}
    return about | {"parameters": [name], "security": [{}], "responses": {"200": taken, **refused}}


def _operation(path: str, summary: str, description: str) -> Json:
    """What all have in common. The key may also stand in the body, or come as a bearer token."""
    return {
        "operationId": "Collect" + "".join(_words(path)),
        "tags": [TAG],
        "summary": summary,
        "description": description,
        "security": [{name: []} for name in _SECURITY] + [{}],
    }


def _words(path: str) -> Iterator[str]:
    for part in path.removesuffix("/").split("/"):
        yield part.strip("{}").capitalize()
    if path.endswith("/"):
        yield "Slash"


def _refused(status: int, content: Json, text: str = "") -> Json:
    found: Json = {"description": text or _REFUSED[status], "content": content}
    if status == 503:
        found["headers"] = {"Retry-After": {"description": "In so many seconds.", "schema": {"type": "integer"}}}
    return found


def _answer(name: str) -> Json:
    return _content(_ref(name))


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(name=name)}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
