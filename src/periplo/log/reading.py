"""The tail of the log as columns: events that were recorded, and messages read as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Row, func, select

from periplo.events.model import Event, to_batch
from periplo.events.schema import STORED
from periplo.events.segment import Arrival, Reading, Rejected, segment_batch
from periplo.log.packing import unpack
from periplo.log.received import Receipt
from periplo.log.sequence import in_tail
from periplo.log.tables import event, receipt

_decode = msgspec.msgpack.Decoder(Event).decode
_messages = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Refusal(NamedTuple):
    """A message in the log that turned out to be no event."""

    seq: int
    event_id: str
    receipt: Receipt
    raw: bytes
    why: Rejected


class Tail(NamedTuple):
    """``events`` in order (schema ``STORED``); ``last_seq`` of all that was read, 0 for nothing."""

    events: pa.Table
    refused: list[Refusal]
    last_seq: int


class Message(NamedTuple):
    """A message in the log."""

    seq: int
    event_id: str
    raw: bytes
    receipt: Receipt


class Brought(NamedTuple):
    """The messages of one request in the log, up to a place."""

    last_seq: int
    receipt: Receipt
    messages: list[msgspec.Raw]


@dataclass(frozen=True)
class Rows:
    """Rows of the log as they lie there: recorded events by place, and messages."""

    recorded: list[tuple[int, bytes]]
    messages: list[Message]

    def read(self, reading: Reading) -> Tail:
        """The rows as columns, messages read as ``reading`` and their receipts say."""
        parts = [_stored([seq for seq, _ in self.recorded], to_batch([_decode(body) for _, body in self.recorded]))]
        refused: list[Refusal] = []
        for alike in _alike(self.messages):
            how = replace(reading, source=alike[0].receipt.source, channel=alike[0].receipt.channel)
            events, rows, rejects = segment_batch([one.raw for one in alike], how, _arrival(alike))
            parts.append(_stored([alike[row].seq for row in rows.tolist()], events))
            refused += [_refusal(alike[reject.row], reject) for reject in rejects]
        filled = [part for part in parts if part.num_rows] or parts[:1]
        table = pa.Table.from_batches(filled)
        seqs = [*(seq for seq, _ in self.recorded[-1:]), *(one.seq for one in self.messages[-1:])]
        return Tail(table.sort_by("seq") if len(filled) > 1 else table, refused, max(seqs, default=0))


def read_tail(
    connection: Connection, after_seq: int, until_seq: int | None, most: int | None = None, source: str | None = None
) -> Rows:
    """The rows after one place in the sequence, up to another, at most so many; of all sources, or of one."""
    wanted = select(event).where(event.c.seq > in_tail(connection, after_seq)).order_by(event.c.seq)
    if source is not None:
        wanted = wanted.where(event.c.source == source)
    if until_seq is not None:
        wanted = wanted.where(event.c.seq <= until_seq)
    return _rows(connection, connection.execute(wanted.limit(most) if most else wanted).all())


def read_requests(connection: Connection, after_seq: int, most: int) -> list[Brought]:
    """What requests brought after a place in the sequence, of at most so many requests."""
    wanted = select(receipt).where(receipt.c.first_seq > in_tail(connection, after_seq))
    rows = connection.execute(wanted.order_by(receipt.c.first_seq).limit(most)).all()
    return [Brought(row.last_seq, _receipt(row), _messages(unpack(row.body))) for row in rows]


def read_rows(connection: Connection, seqs: Sequence[int]) -> Rows:
    """The rows at some places, of which there are few."""
    found = [_rows(connection, connection.execute(select(event).where(event.c.seq == seq)).all()) for seq in seqs]
    return Rows([row for one in found for row in one.recorded], [row for one in found for row in one.messages])


def _rows(connection: Connection, rows: Sequence[Row[Any]]) -> Rows:
    if not rows:
        return Rows([], [])
    recorded = [(row.seq, row.body) for row in rows if row.body is not None]
    return Rows(recorded, list(_received(connection, rows)) if len(recorded) < len(rows) else [])


def waiting_since(connection: Connection, after_seq: int) -> int | None:
    """When the first event after a place came in, in microseconds since 1970; None where there is none."""
    first = connection.execute(select(event).where(event.c.seq > after_seq).order_by(event.c.seq).limit(1)).first()
    if first is None:
        return None
    if first.body is not None:
        at = _decode(first.body).received_at
        return int(at.timestamp() * 1_000_000) if at else None
    own = select(receipt.c.received_us).where(receipt.c.first_seq <= first.seq).order_by(receipt.c.first_seq.desc())
    return connection.scalar(own.limit(1))


def _received(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Message]:
    """The messages of the rows, out of the receipts that they share."""
    first = select(func.max(receipt.c.first_seq)).where(receipt.c.first_seq <= rows[0].seq)
    wanted = select(receipt).where(receipt.c.first_seq.between(connection.scalar(first) or 0, rows[-1].seq))
    places = {row.seq: row.event_id for row in rows if row.body is None}
    for one in connection.execute(wanted.order_by(receipt.c.first_seq)):
        how = _receipt(one)
        for seq, raw in enumerate(_messages(unpack(one.body)), one.first_seq):
            if seq in places:
                yield Message(seq, places[seq], bytes(raw), how)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        source=row.source,
        received_us=row.received_us,
        call=row.call,
        channel=row.channel,
        sent_at=row.sent_at,
        user_agent=row.user_agent,
        context=row.context,
    )


def _alike(messages: list[Message]) -> list[list[Message]]:
    """Messages of one source with one default channel, together."""
    groups: dict[tuple[str, str], list[Message]] = {}
    for one in messages:
        groups.setdefault((one.receipt.source, one.receipt.channel), []).append(one)
    return list(groups.values())


def _arrival(messages: list[Message]) -> Arrival:
    receipts = [one.receipt for one in messages]
    return Arrival(
        event_ids=[one.event_id for one in messages],
        calls=[one.call for one in receipts],
        sent_at=[one.sent_at for one in receipts],
        received_us=[one.received_us for one in receipts],
        contexts=[one.context for one in receipts],
        user_agents=[one.user_agent for one in receipts],
    )


def _refusal(message: Message, why: Rejected) -> Refusal:
    return Refusal(message.seq, message.event_id, message.receipt, message.raw, why)


def _stored(seqs: list[int], events: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(np.array(seqs, np.int64)), *events.columns], schema=STORED)
