"""Stage flow (ADR 0004): per customer and stage, entered = went on + dropped + still open."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64, U8, U16
from periplo.journeys.kernels.compiled import kernel

NO_STAGE = 255
NOT_ENTERED, WENT_ON, DROPPED, STILL_OPEN = 0, 1, 2, 3
_NEVER = -1


@kernel
def stage_status(offsets: I64, time_us: I64, stage: U8, stages: int, drop_before: int) -> Any:
    """What became of each customer in each stage.

    ``stage`` uint8[m] the stage of each event, 255 for none; a customer whose last event in any stage lies before
    ``drop_before`` (us) and who did not go on has dropped. Answers ``status`` uint8[n, stages], ``spent`` int64[n,
    stages] the time from entering to going on (us, -1 for others), ``first`` and ``last`` int64[n, stages] the
    customer's first and last row in the stage (-1), ``now`` uint8[n] the stage they are in at the end, 255 for none.

    Invariant of the pass: bit s of ``open`` is set while stage s was entered and nothing lets it go on since.
    """
    n, final = len(offsets) - 1, np.int64(1) << (stages - 1)
    status = np.zeros((n, stages), np.uint8)
    spent, now = np.empty((n, stages), np.int64), np.empty(n, np.uint8)
    first, last = np.empty((n, stages), np.int64), np.empty((n, stages), np.int64)
    for customer in range(n):
        now[customer] = NO_STAGE
        for s in range(stages):
            spent[customer, s] = first[customer, s] = last[customer, s] = _NEVER
        latest, entered, open = _NEVER, np.int64(0), np.int64(0)
        for row in range(offsets[customer], offsets[customer + 1]):
            here = stage[row]
            if here == NO_STAGE:
                continue
            bit = np.int64(1) << here
            # A later stage lets the ones before it go on; in the last one, going back does.
            leaving = open & (bit - 1) if bit == final else open & ((bit - 1) | final)
            if leaving:
                open &= ~leaving
                _leave(leaving, customer, row, time_us, first, status, spent)
            if not entered & bit:
                first[customer, here] = row
                entered |= bit
                open |= bit
            last[customer, here] = latest = row
        if latest != _NEVER:
            gone = time_us[latest] < drop_before
            now[customer] = NO_STAGE if gone else stage[latest]
            for s in range(stages):
                if open >> s & 1:
                    status[customer, s] = DROPPED if gone else STILL_OPEN
    return status, spent, first, last, now


@kernel
def _leave(leaving: int, customer: int, row: int, time_us: I64, first: I64, status: U8, spent: I64) -> None:
    """The stages whose bits are set go on with the event at ``row``."""
    for s in range(status.shape[1]):
        if leaving >> s & 1:
            status[customer, s] = WENT_ON
            spent[customer, s] = time_us[row] - time_us[first[customer, s]]


@kernel
def stage_contents(offsets: I64, stage: U8, event: U16, channel: U8, touch: I32, stages: int, kinds: I64) -> Any:
    """Counts inside each stage: events by name, by channel, by touchpoint (-1: none), and changes of channel.

    ``kinds``: how many events, channels and touchpoints there are. A change of channel is one between two
    consecutive events of a customer in the same stage.
    """
    events = np.zeros((stages, kinds[0]), np.int64)
    channels = np.zeros((stages, kinds[1]), np.int64)
    touches = np.zeros((stages, kinds[2]), np.int64)
    switches = np.zeros(stages, np.int64)
    for customer in range(len(offsets) - 1):
        before = _NEVER
        for row in range(offsets[customer], offsets[customer + 1]):
            here = stage[row]
            if here == NO_STAGE:
                continue
            events[here, event[row]] += 1
            channels[here, channel[row]] += 1
            if touch[row] >= 0:
                touches[here, touch[row]] += 1
            if before != _NEVER and stage[before] == here and channel[before] != channel[row]:
                switches[here] += 1
            before = row
    return events, channels, touches, switches
