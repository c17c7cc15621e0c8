"""Segment-spec messages as a batch of events: parsed one by one, then built column by column."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from periplo.errors import DataError
from periplo.events.model import Event, from_batch
from periplo.events.segment.arrival import Arrival, completed
from periplo.events.segment.columns import Columns
from periplo.events.segment.messages import Parsed, parse
from periplo.events.segment.reading import NOT_JSON, Reading, Rejected

CHUNK = 8_192
"""Messages parsed at a time: few enough to stay in the processor's cache."""


class SegmentBatch(NamedTuple):
    """``rows[i]`` is the number of the message that became event ``i``."""

    events: pa.RecordBatch
    rows: NDArray[np.int64]
    rejects: list[Rejected]


def segment_batch(
    messages: Sequence[bytes], reading: Reading | None = None, arrival: Arrival | None = None
) -> SegmentBatch:
    """Messages (a JSON object each) as events with the schema ``EVENTS``, and those that cannot be one.

    ``arrival`` says how they came, where they were collected. An explicit null counts as absent. What a message says
    beyond the columns stays in ``properties`` (which holds the traits of identify and group) and ``context``, as the
    JSON that was sent.
    """
    read = reading or Reading()
    starts = range(0, len(messages), CHUNK)
    chunks = [_chunk(messages, start, read, arrival) for start in starts] or [_chunk((), 0, read, None)]
    if len(chunks) == 1:
        return chunks[0]
    return SegmentBatch(
        pa.concat_batches([chunk.events for chunk in chunks]),
        np.concatenate([chunk.rows for chunk in chunks]),
        [reject for chunk in chunks for reject in chunk.rejects],
    )


def _chunk(messages: Sequence[bytes], start: int, reading: Reading, arrival: Arrival | None) -> SegmentBatch:
    parsed: list[Parsed] = []
    rows: list[int] = []
    rejects: list[Rejected] = []
    for row, raw in enumerate(messages[start : start + CHUNK], start):
        try:
            parsed.append(parse(completed(raw, arrival.contexts[row], arrival.user_agents[row]) if arrival else raw))
            rows.append(row)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rejects.append(Rejected(row, "", NOT_JSON, {"problem": str(error)}))
    columns = Columns([messages[row] for row in rows], parsed, reading, arrival.of(rows) if arrival else None)
    events, numbers = columns.build(), np.array(rows, np.int64)
    if columns.refused:
        good = np.ones(len(rows), np.bool_)
        good[list(columns.refused)] = False
        events, numbers = events.filter(pa.array(good)), numbers[good]
        rejects += [reject._replace(row=rows[reject.row]) for reject in columns.refused.values()]
    return SegmentBatch(events, numbers, sorted(rejects, key=attrgetter("row")))


def from_segment(message: bytes | dict[str, object], reading: Reading | None = None) -> Event:
    """One message as an event. Raises ``DataError`` that says what is wrong with it."""
    raw = message if isinstance(message, bytes) else msgspec.json.encode(message)
    events, _, rejects = segment_batch([raw], reading)
    if rejects:
        raise DataError(rejects[0].reason, **rejects[0].values)
    return from_batch(events)[0]
