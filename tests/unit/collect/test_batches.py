"""A batch that is read at once is what its messages are one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Raw

from periplo.collect import MOST_EVENT_BYTES, batch_of
from periplo.collect.arrived import Arrived
from periplo.collect.segment import take

TRACK = {"type": "track", "event": "Product Viewed", "messageId": "m1", "timestamp": "2026-11-28T10:00:00.000Z"}
NOTHING = [None, "", 0, True, [], {}]
TIMES = ["2026-11-28", "2026-11-28T10:00:00z", "2026-11-28 10:00:00+01:00", "0001-01-01T00:00:00+01:00", "yesterday"]
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "page", "alias", "trak", *NOTHING])},
    optional={
        "event": st.sampled_from(["Product Viewed", "Añadido", *NOTHING]),
        "messageId": st.sampled_from(["m1", "m2", "ñ" * 250, "m" * 251, "a\0b", 7, 7.5, *NOTHING]),
        "timestamp": st.sampled_from([TRACK["timestamp"], *TIMES, 1_764_324_000_000, *NOTHING]),
        "originalTimestamp": st.sampled_from([TRACK["timestamp"], *TIMES, *NOTHING]),
        "sentAt": st.just(TRACK["timestamp"]),
        "properties": st.sampled_from([{"title": "x" * (MOST_EVENT_BYTES // 2)}, {"title": "x" * MOST_EVENT_BYTES}]),
    },
)


@given(st.lists(st.just(TRACK) | MESSAGES | st.sampled_from(NOTHING), max_size=4), st.booleans(), st.booleans())
@example([TRACK, TRACK], False, True)
def test_a_batch_is_what_its_messages_are(batch: list[Any], escaped: bool, shares: bool) -> None:
    context = {"locale": "es-ES", "title": "x" * (MOST_EVENT_BYTES // 2)} if shares else {}
    found = batch_of(json.dumps({"batch": batch, "context": context}, ensure_ascii=escaped).encode())
    apart = Arrived(context=found.context)
    take(apart, [json.dumps(one, ensure_ascii=escaped).encode() for one in batch], sure=False)
    assert [bytes(one) for one in found.messages] == apart.messages
    assert (found.indexes, found.wrong) == (apart.indexes, apart.wrong)
    named = [row for row, one in enumerate(apart.messages) if json.loads(one).get("messageId")]
    assert [found.event_ids[row] for row in named] == [apart.event_ids[row] for row in named]


@pytest.mark.parametrize("title", [b"\xff", b"\xc3"])
def test_a_batch_with_a_message_that_is_no_text_keeps_the_others(title: bytes) -> None:
    other = json.dumps(TRACK).encode().replace(b"Viewed", title)
    found = batch_of(b'{"batch": [' + json.dumps(TRACK).encode() + b"," + other + b"]}")
    assert (found.indexes, [one.number for one in found.wrong]) == ([0], [1])
    assert found.wrong[0].raw == other
    assert isinstance(found.messages[0], Raw | bytes)
