"""Steps between touchpoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def transitions(offsets: I64, time_us: I64, person: Bool, touch: I32, kinds: int, collapse: bool) -> Any:
    """How often one touchpoint follows another.

    ``touch`` int32[m] the touchpoint of each event, -1 for none; equal neighbours are one visit if ``collapse``.
    Answers ``counts`` int64[kinds + 1, kinds + 1], where row ``kinds`` is the start and column ``kinds`` means no
    further step, so that every touchpoint's row and column both add up to its visits; and for each real step its
    ``cell`` (from * kinds + to) and ``time`` (us) from the last event of one visit to the first of the next.
    """
    counts = np.zeros((kinds + 1, kinds + 1), np.int64)
    cell, time = np.empty(len(touch), np.int64), np.empty(len(touch), np.int64)
    steps = 0
    for customer in range(len(offsets) - 1):
        if not person[customer]:
            continue
        before, when = kinds, 0
        for row in range(offsets[customer], offsets[customer + 1]):
            here = touch[row]
            if here < 0:
                continue
            if here != before or not collapse:
                counts[before, here] += 1
                if before != kinds:
                    cell[steps], time[steps] = before * kinds + here, time_us[row] - when
                    steps += 1
            before, when = here, time_us[row]
        if before != kinds:
            counts[before, kinds] += 1
    return counts, cell[:steps], time[:steps]


@kernel
def who_moved(offsets: I64, person: Bool, touch: I32, kinds: int, collapse: bool, origin: int, target: int) -> Bool:
    """Which customers (bool[n]) went from ``origin`` to ``target``; ``kinds`` as origin: start, as target: the end."""
    moved = np.zeros(len(offsets) - 1, np.bool_)
    for customer in range(len(offsets) - 1):
        before = kinds
        for row in range(offsets[customer], offsets[customer + 1] if person[customer] else 0):
            here = touch[row]
            if here >= 0:
                moved[customer] |= before == origin and here == target and (here != before or not collapse)
                before = here
        moved[customer] |= target == kinds and before == origin and before != kinds
    return moved
