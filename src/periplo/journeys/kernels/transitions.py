"""Steps from one node to the next, counted and timed in two passes over the events."""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import I32, I64, U8, U16, Bool
from periplo.journeys.kernels.compiled import kernel

NO_GAP = 2**63 - 1
"""No pause is as long (us)."""


@kernel
def transitions(
    offsets: I64,
    time_us: I64,
    person: Bool,
    event: U16,
    channel: U8,
    table: I32,
    kinds: int,
    collapse: bool,
    gap: int,
    cells: I64,
    times: I64,
) -> None:
    """How often one node follows another, or how long after.

    ``table`` int32[channels, events] the node of each event, -1 for none; equal neighbours are one visit if
    ``collapse``; a pause of ``gap`` us ends a path. ``cells`` int64[(kinds + 1)**2]: row ``kinds`` is the start,
    column ``kinds`` means no further step, so that every node's row and column both add up to its visits.

    With ``times`` empty it adds to the counts in ``cells``. Else ``cells`` hold where the times of each real step
    begin in ``times``, which are then filled (us, from the last event of one visit to the first of the next).
    """
    width, timed = kinds + 1, len(times) > 0
    clocked = timed or gap < NO_GAP
    for customer in range(len(offsets) - 1):
        if not person[customer]:
            continue
        before, when = kinds, np.int64(0)
        for row in range(offsets[customer], offsets[customer + 1]):
            here = table[channel[row], event[row]]
            if here < 0:
                continue
            now = time_us[row] if clocked else np.int64(0)
            if before != kinds and now - when >= gap:
                cells[before * width + kinds] += 1
                before = kinds
            if here != before or not collapse:
                cell = before * width + here
                if timed and before != kinds:
                    times[cells[cell]] = now - when
                cells[cell] += 1
            before, when = here, now
        if before != kinds:
            cells[before * width + kinds] += 1
