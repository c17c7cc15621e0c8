"""A batch that is read at once is what its messages are one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from periplo.collect import MOST_EVENT_BYTES, batch_of
from periplo.collect.arrived import Arrived
from periplo.collect.segment import take

AT = "2026-11-28T10:00:00.000Z"
TRACK: dict[str, Any] = {"type": "track", "event": "Product Viewed", "messageId": "m1", "timestamp": AT}
OTHERS: list[Any] = [None, "", 0, 7, 7.5, True, False, [], {}, "traces", "ñ" * 250, "m" * 251, "a\0b", "\\u0000", "é"]
TIMES = ["2026-11-28", "2026-11-28T10:00:00z", "2026-11-28 10:00:00+01:00", "0001-01-01T00:00:00+01:00", 1_764_324_000]
CHANGES = [
    *({name: value} for name in ("type", "event", "messageId", "timestamp", "originalTimestamp") for value in OTHERS),
    *({name: value} for name in ("timestamp", "originalTimestamp") for value in TIMES),
    *({"type": kind, "event": value} for kind in ("identify", "alias", "page") for value in OTHERS),
    *({"title": "x" * size} for size in (MOST_EVENT_BYTES // 2, MOST_EVENT_BYTES)),
]


@pytest.mark.parametrize("context", [{}, {"title": "x" * (MOST_EVENT_BYTES // 2)}])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_batch_is_what_its_messages_are(escaped: bool, context: dict[str, str]) -> None:
    for change in CHANGES:
        batch = [TRACK, TRACK | change, TRACK]
        found = batch_of(json.dumps({"batch": batch, "context": context}, ensure_ascii=escaped).encode())
        apart = Arrived(context=found.context)
        take(apart, [json.dumps(one, ensure_ascii=escaped).encode() for one in batch], sure=False)
        assert [bytes(one) for one in found.messages] == apart.messages, change
        assert (found.indexes, found.wrong) == (apart.indexes, apart.wrong), change
        assert found.event_ids == apart.event_ids or change.get("messageId") in (None, ""), change


@pytest.mark.parametrize("message", [b"7", b"null", b"[]", b'"track"'])
def test_what_is_no_object_is_refused_alone(message: bytes) -> None:
    found = batch_of(b'{"batch": [%b, %b]}' % (json.dumps(TRACK).encode(), message))
    assert (found.indexes, [one.number for one in found.wrong]) == ([0], [1])


@pytest.mark.parametrize("name", [b"\xff", b"\xc3"])
def test_a_batch_with_a_message_that_is_no_text_keeps_the_others(name: bytes) -> None:
    other = json.dumps(TRACK).encode().replace(b"Viewed", name)
    found = batch_of(b'{"batch": [%b, %b]}' % (json.dumps(TRACK).encode(), other))
    assert (found.indexes, [(one.number, one.raw) for one in found.wrong]) == ([0], [(1, other)])
