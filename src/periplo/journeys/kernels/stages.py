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

    Invariant of the pass: ``open[s]`` while stage s was entered and no later stage was seen since.
    """
    n = len(offsets) - 1
    status = np.zeros((n, stages), np.uint8)
    spent = np.full((n, stages), _NEVER, np.int64)
    first, last = np.full((n, stages), _NEVER, np.int64), np.full((n, stages), _NEVER, np.int64)
    now = np.full(n, NO_STAGE, np.uint8)
    for customer in range(n):
        latest = _NEVER
        for row in range(offsets[customer], offsets[customer + 1]):
            here = int(stage[row])
            if here == NO_STAGE:
                continue
            if first[customer, here] == _NEVER:
                first[customer, here] = row
            last[customer, here] = latest = row
            _leave(status[customer], spent[customer], first[customer], time_us, here, row)
        if latest != _NEVER:
            gone = time_us[latest] < drop_before
            now[customer] = NO_STAGE if gone else stage[latest]
            for s in range(stages):
                if first[customer, s] != _NEVER and status[customer, s] != WENT_ON:
                    status[customer, s] = DROPPED if gone else STILL_OPEN
    return status, spent, first, last, now


@kernel
def _leave(status: U8, spent: I64, first: I64, time_us: I64, here: int, row: int) -> None:
    """An event in stage ``here`` lets every earlier stage go on; in any stage but the last, also the last one."""
    final = len(status) - 1
    for s in range(len(status)):
        if (s < here or (s == final and here < final)) and first[s] != _NEVER and status[s] != WENT_ON:
            status[s] = WENT_ON
            spent[s] = time_us[row] - time_us[first[s]]


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
