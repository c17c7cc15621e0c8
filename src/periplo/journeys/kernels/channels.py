"""How customers wander between channels within a cycle."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U16, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def wandering(first: I64, last: I64, order: I64, channel: U8, event: U16, touch: Bool, bit: U8) -> Any:
    """Per cycle ``through``, the channels up to its order (to its last touch where there is none) as bits, and
    ``returns``, how often it went from one channel to another and at once back (A, B, A), until its last touch.

    ``first``, ``last``, ``order`` are the rows of the cycles, -1 for no order; only events with ``touch[event code]``
    count; ``bit[channel]`` is the place of each channel in ``through``, below 63.
    """
    through, returns = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    for cycle in range(len(first)):
        end = order[cycle] if order[cycle] >= 0 else last[cycle]
        before = here = np.int64(-1)
        for row in range(first[cycle], last[cycle] + 1):
            at = np.int64(channel[row])
            if not touch[event[row]]:
                continue
            if row <= end:
                through[cycle] |= np.int64(1) << bit[at]
            if at != here:
                returns[cycle] += at == before
                before, here = here, at
    return through, returns
