"""Segment's HTTP API, which RudderStack speaks too: one call, or a batch of them.

A message is read here only as deep as its verdict needs; the log keeps it as it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from msgspec import Raw

from periplo.collect.arrived import Arrived, Wrong
from periplo.collect.limits import MOST_EVENT_BYTES, MOST_EVENTS, MOST_ID
from periplo.collect.rules import BAD_ID, NO_NAME, NO_TIME, NOT_JSON, TOO_LARGE, UNKNOWN_CALL, Rule
from periplo.errors import NotTaken
from periplo.events.segment import CALLS, is_instant

_NOTHING = Raw()
_KINDS = frozenset(("track", *CALLS))
_SHOWN = 100
_Problem = tuple[Rule, str, dict[str, str]]
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Head(msgspec.Struct, gc=False, rename="camel"):
    type: Any = None
    event: Any = None
    message_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    write_key: Any = None


class _Batch(msgspec.Struct, gc=False, rename="camel"):
    batch: list[Raw] | None = None
    sent_at: Any = None
    write_key: Any = None
    context: Raw = _NOTHING


class _Usual(msgspec.Struct, gc=False, rename="camel"):
    """A message as SDKs write it: where it reads as one, only its times and an empty name can be wrong with it."""

    type: Literal["track", "identify", "page", "screen", "group", "alias"]
    message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_ID)]
    event: str | None = None
    timestamp: Any = None
    original_timestamp: Any = None


class _UsualBatch(msgspec.Struct, gc=False):
    batch: list[_Usual]


_read_head = msgspec.json.Decoder(_Head).decode
_read_batch = msgspec.json.Decoder(_Batch).decode
_read_usual = msgspec.json.Decoder(_UsualBatch).decode
_encode = msgspec.json.Encoder().encode
_read_object = msgspec.json.Decoder(dict[str, Raw] | None).decode


def call_of(call: str, body: bytes) -> Arrived:
    """One call: ``body`` is its message. A message that cannot be one is among ``wrong``."""
    arrived = Arrived(call=call)
    with suppress(*UNREADABLE):
        arrived.write_key = _text(_read_head(body).write_key)
    take(arrived, [body], sure=body.isascii())
    return arrived


def batch_of(body: bytes) -> Arrived:
    """Several calls. Raises ``NotTaken`` where the body holds no batch."""
    try:
        batch = _read_batch(body)
        context = _read_object(batch.context) if batch.context is not _NOTHING else None
    except UNREADABLE as error:
        raise not_a_batch(error) from error
    if batch.batch is None:
        raise not_a_batch()
    arrived = Arrived(write_key=_text(batch.write_key), sent_at=_text(batch.sent_at))
    arrived.context = bytes(batch.context) if context else None
    sure = _is_text(body)
    ids = _usual_ids(body) if sure and _are_small(arrived, batch.batch) else None
    if ids:
        arrived.event_ids, arrived.messages, arrived.indexes = ids, [*batch.batch], list(range(len(ids)))
    else:
        take(arrived, batch.batch, sure=sure)
    return arrived


def _is_text(body: bytes) -> bool:
    """Whether all of it is UTF-8."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            return False
    return True


def _are_small(arrived: Arrived, messages: Sequence[Raw]) -> bool:
    """Whether there are as many as may be, each of them as large as it may be."""
    return len(messages) <= MOST_EVENTS and max(map(len, messages), default=0) <= _most_bytes(arrived)


def _most_bytes(arrived: Arrived) -> int:
    """Of a message, which has what is shared under its own context."""
    return MOST_EVENT_BYTES - len(arrived.context or b"")


def _usual_ids(body: bytes) -> list[str] | None:
    """The ids of a batch that is good and written as SDKs write it, as nearly all are: read at once, in a third of the
    time that its messages take one by one. None for any other."""
    try:
        heads = _read_usual(body).batch
    except UNREADABLE:
        return None
    ids = [one.message_id for one in heads]
    times = [time for one in heads for time in (one.timestamp, one.original_timestamp) if time is not None]
    named = all(one.event or one.type != "track" for one in heads)
    return ids if named and "\0" not in "".join(ids) and all(map(is_instant, times)) else None


def take(arrived: Arrived, messages: Sequence[bytes | Raw], *, sure: bool) -> None:
    """Sorts messages into good and wrong ones. ``sure``: they are known to be UTF-8. Raises ``NotTaken``."""
    if len(messages) > MOST_EVENTS:
        raise NotTaken(
            "This batch has {n} events.",
            why="At most {most} are taken at once.",
            fix="Send them in smaller batches.",
            n=len(messages),
            most=MOST_EVENTS,
        )
    most = _most_bytes(arrived)
    for index, raw in enumerate(messages):
        if len(raw) > most:
            problem: _Problem | None = (TOO_LARGE, "", {"kilobytes": str(MOST_EVENT_BYTES // 1024)})
        else:
            try:
                if not sure:
                    bytes(raw).decode()
                head = _read_head(raw)
                problem = _problem(head, arrived.call)
            except UNREADABLE as error:
                problem = (NOT_JSON, "", {"problem": _said(error)})
        if problem:
            arrived.wrong.append(Wrong(index, *problem, bytes(raw)))
            continue
        arrived.event_ids.append(_id(head, raw))
        arrived.messages.append(raw)
        arrived.indexes.append(index)


def _problem(head: _Head, call: str | None) -> _Problem | None:
    """The rule that a message breaks, where, and the values of its reason."""
    kind = head.type or call
    if not isinstance(kind, str) or kind not in _KINDS:
        return UNKNOWN_CALL, "type", {"value": str(kind)[:_SHOWN], "known": ", ".join(sorted(_KINDS))}
    if kind == "track" and not (isinstance(head.event, str) and head.event):
        return NO_NAME, "event", {}
    if not is_instant(head.timestamp):
        return NO_TIME, "timestamp", {"value": str(head.timestamp)[:_SHOWN]}
    if not is_instant(head.original_timestamp):
        return NO_TIME, "originalTimestamp", {"value": str(head.original_timestamp)[:_SHOWN]}
    given = head.message_id
    if given is not None and not _can_be_id(given):
        return BAD_ID, "messageId", {"most": str(MOST_ID)}
    return None


def _can_be_id(given: Any) -> bool:
    """The databases keep ids as text, and PostgreSQL's has no letter 0."""
    if isinstance(given, str):
        return len(given) <= MOST_ID and "\0" not in given
    return isinstance(given, int) and not isinstance(given, bool) and abs(given) < 1 << 63


def _id(head: _Head, raw: bytes | Raw) -> str:
    """What makes this message once: its id, else itself where it says when it was; else it is another each time."""
    if head.message_id is not None and head.message_id != "":
        return str(head.message_id)
    if head.timestamp or head.original_timestamp:
        return blake2b(_as_noted(raw) if head.sent_at else raw, digest_size=16).hexdigest()
    return blake2b(raw, digest_size=16).hexdigest() if head.sent_at else uuid4().hex


def _as_noted(raw: bytes | Raw) -> bytes:
    """A message without when it was sent, which is another time when it is sent again."""
    return _encode({name: value for name, value in (_read_object(raw) or {}).items() if name != "sentAt"})


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _said(error: BaseException) -> str:
    return "too deep" if isinstance(error, RecursionError) else str(error)


def not_a_batch(error: BaseException | None = None) -> NotTaken:
    """What is said of a body that cannot be read, or that has no list of events in it."""
    return NotTaken(
        "The body of this request is no batch of events: {detail}." if error else "This request has no list “batch”.",
        fix="Send a JSON object as {example}.",
        detail=_said(error) if error else "",
        example='{"batch": [{"type": "track", "event": "Product Viewed", …}]}',
    )
