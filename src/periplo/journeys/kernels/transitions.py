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
    one = np.uint64(1)  # indices that cannot be negative: the others are looked at twice
    none, timed = np.uint64(kinds), len(times) > 0
    width, clocked = none + one, timed or gap < NO_GAP
    for customer in range(np.uint64(0), np.uint64(len(offsets) - 1)):
        if not person[customer]:
            continue
        before, when = none, np.int64(0)
        for row in range(np.uint64(offsets[customer]), np.uint64(offsets[customer + one])):
            node = table[channel[row], event[row]]
            if node < 0:
                continue
            here, now = np.uint64(node), time_us[row] if clocked else np.int64(0)
            if before != none and now - when >= gap:
                cells[before * width + none] += 1
                before = none
            if here != before or not collapse:
                cell = before * width + here
                if timed and before != none:
                    times[np.uint64(cells[cell])] = now - when
                cells[cell] += 1
            before, when = here, now
        if before != none:
            cells[before * width + none] += 1
