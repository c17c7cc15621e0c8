"""Messages as rows of the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from periplo.log.inserting import Same
from periplo.log.packing import pack_all
from periplo.log.received import Received

Columns = list[Sequence[Any]]


def event_rows(first_seq: int, received: Sequence[Received], repeated: Sequence[list[int]]) -> Columns:
    """The columns of the table ``event``: the messages that are not repeated, with places from ``first_seq`` on."""
    sources: list[str] = []
    event_ids: list[str] = []
    for one, left_out in zip(received, repeated, strict=True):
        new = _without(one.event_ids, left_out)
        event_ids += new
        sources += [one.receipt.source] * len(new)
    rows, senders = len(event_ids), {one.receipt.source for one in received}
    whose = Same(senders.pop(), rows) if len(senders) == 1 else sources
    return [range(first_seq, first_seq + rows), whose, event_ids, Same(None, rows)]


def receipt_rows(first_seq: int, received: Sequence[Received], repeated: Sequence[list[int]]) -> Columns:
    """The columns of the table ``receipt``; a request without new messages has none."""
    *about, messages = [list(column) for column in zip(*_receipts(first_seq, received, repeated), strict=True)] or [[]]
    return [*about, pack_all(messages)]


def _receipts(seq: int, received: Sequence[Received], repeated: Sequence[list[int]]) -> Iterator[tuple[Any, ...]]:
    for one, left_out in zip(received, repeated, strict=True):
        messages = _without(one.messages, left_out)
        if not messages:
            continue
        how, body = one.receipt, b"[" + b",".join(messages) + b"]"
        known = (how.source, how.received_us, how.call, how.channel, how.sent_at, how.user_agent, how.context)
        yield seq, seq + len(messages) - 1, *known, body
        seq += len(messages)


def _without(items: Sequence[Any], rows: Sequence[int]) -> Sequence[Any]:
    gone = set(rows)
    return [item for row, item in enumerate(items) if row not in gone] if gone else items
