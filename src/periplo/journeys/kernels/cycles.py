"""Cycles: from the first touch to an order, plus what follows before the next pre-purchase event (SEMANTICS 3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U16, Bool
from periplo.journeys.kernels.compiled import kernel

AFTER, BEFORE, ORDER = 0, 1, 2
"""What an event is to a cycle: neither, a pre-purchase event, the order."""
_CHANNELS = 256


@kernel
def cycles(offsets: I64, channel: U8, event: U16, role: U8, touch: Bool, person: Bool) -> Any:
    """The cycles of all customers, in order.

    ``role[event code]`` is AFTER, BEFORE or ORDER; only events with ``touch[event code]`` count. A cycle has at most
    one order: once ordered, the next pre-purchase event or order begins a new one. Answers, per cycle: ``first`` and
    ``last`` row, ``order`` row (-1 where there is none yet), ``before`` the last row before the order (the order
    itself where there is none), number of distinct ``channels``, ``switches`` between them, and ``touches``.
    """
    most = len(event)
    first, last, order = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    before, touches = np.empty(most, np.int64), np.empty(most, np.int64)
    channels, switches = np.empty(most, np.int64), np.empty(most, np.int64)
    seen = np.full(_CHANNELS, -1, np.int64)
    count = 0
    for customer in range(len(offsets) - 1):
        at = -1
        for row in range(offsets[customer], offsets[customer + 1]):
            if not person[customer] or not touch[event[row]]:
                continue
            what = role[event[row]]
            if at < 0 or (order[at] >= 0 and what != AFTER):
                at, count = count, count + 1
                first[at], last[at], order[at], before[at] = row, row, -1, row
                channels[at], switches[at], touches[at] = 0, 0, 0
            if what == ORDER:
                order[at], before[at] = row, last[at]
            switches[at] += channel[last[at]] != channel[row]
            if seen[channel[row]] != at:
                seen[channel[row]] = at
                channels[at] += 1
            touches[at] += 1
            last[at] = row
    return (
        first[:count],
        last[:count],
        order[:count],
        before[:count],
        channels[:count],
        switches[:count],
        touches[:count],
    )
