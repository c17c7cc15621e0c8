"""Messages that came with the id of another event: the same again, or something else under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from periplo.collect.rules import OTHER_PAYLOAD
from periplo.events.schema import STORED
from periplo.events.segment import Arrival, Reading, SegmentBatch, segment_batch
from periplo.lake import one_of
from periplo.log import Fault, Received
from periplo.workspace.stores import Stores

MOST_COMPARED = 500
"""So many repetitions of one request are looked at: who repeats more repeats everything."""

_TOLD = ("type", "event", "original_name", "original_at", "user_id", "order_id", "revenue_minor", "properties")
"""What an event says, without what differs when it is sent again: when, and in which context."""

_ROWS = ["seq", "source", "event_id", *_TOLD]


def conflicts(stores: Stores, received: Received, rows: Sequence[int]) -> Mapping[int, Fault]:
    """Of messages that were there already (``rows``) those that say something else than the event that is kept."""
    source, asked = received.receipt.source, rows[:MOST_COMPARED]
    came = as_events(stores, received, asked)
    kept = {one["event_id"]: one for one in _kept(stores, source, came.events["event_id"].unique()).to_pylist()}
    found: dict[int, Fault] = {}
    for place, one in zip(came.rows.tolist(), came.events.to_pylist(), strict=True):
        row, old = asked[place], kept.get(one["event_id"])
        if old and any(one[name] != old[name] for name in _TOLD):
            found[row] = Fault(
                source=source,
                stage="dedupe",
                rule=OTHER_PAYLOAD.name,
                path="messageId",
                reason=OTHER_PAYLOAD.reason,
                index=row,
                raw=bytes(received.messages[row]),
                receipt=received.receipt,
            )
    return found


def as_events(stores: Stores, received: Received, rows: Sequence[int]) -> SegmentBatch:
    """The messages as events, as they would be kept."""
    shop, how = stores.settings, received.receipt
    reading = Reading(how.source, how.channel, shop.currency, shop.country, words=stores.taxonomy)
    several = len(rows)
    arrival = Arrival(
        event_ids=[received.event_ids[row] for row in rows],
        calls=[how.call] * several,
        sent_at=[how.sent_at] * several,
        received_us=[how.received_us] * several,
        contexts=[how.context] * several,
        user_agents=[how.user_agent] * several,
    )
    return segment_batch([bytes(received.messages[row]) for row in rows], reading, arrival)


def _kept(stores: Stores, source: str, ids: pa.Array) -> pa.Table:
    """The events with these ids, from the log or the archive."""
    event_ids = ids.to_pylist()
    if not event_ids:
        return STORED.empty_table().select(_ROWS)
    live = stores.log.find({(source, event_id) for event_id in event_ids}).select(_ROWS)
    where = f"{one_of('source', [source])} AND {one_of('event_id', event_ids)}"
    return pa.concat_tables([stores.lake.now().scan(_ROWS, where=where).read_all(), live])
