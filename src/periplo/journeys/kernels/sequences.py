"""Sequences: steps in an order, each within a time of the one before, without others between."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U16, U32, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def _advance(row: int, fits: int, time_us: I64, chain: I64, barred: I64, within: I64, total: int) -> None:
    """Let an event serve every step it ``fits``: from the last down, so that each builds on what stood before it."""
    for step in range(len(within) - 1, -1, -1):
        if not fits >> step & 1:
            continue
        if step:
            before = chain[step - 1, step - 1]
            if before < 0 or barred[step] > before or time_us[row] - time_us[before] > within[step]:
                continue
            if time_us[row] - time_us[chain[step - 1, 0]] > total:
                continue
            for k in range(step):
                chain[step, k] = chain[step - 1, k]
        chain[step, step] = row


@kernel
def _forget(chain: I64) -> None:
    for step in range(len(chain)):
        for k in range(len(chain)):
            chain[step, k] = -1


@kernel
def sequences(
    offsets: I64, time_us: I64, person: Bool, code: U16, serves: U32, bars: U32, within: I64, total: int
) -> Any:
    """Where a sequence occurs: ``owner`` int64[n] and ``found`` int64[n, steps], the rows that serve its steps.

    ``serves[code[row]]`` has bit k where the event may serve step k, ``bars[...]`` where it may not lie between the
    steps k - 1 and k; ``within[k]`` (us) is the longest from step k - 1 to k, and ``total`` from the first to the last.
    An occurrence ends as soon as it can, holds the latest events that lead there, and the next begins after it.

    Invariant: ``chain[k, k]`` is the latest event so far that ends a chain of k + 1 steps. A later one is never worse:
    it lies nearer to what follows, fewer events lie between, and its own chain starts no earlier.
    """
    steps, most = len(within), 0
    for customer in range(len(offsets) - 1):
        most += (offsets[customer + 1] - offsets[customer]) // steps if person[customer] else 0
    owner, found = np.empty(most, np.int64), np.empty((most, steps), np.int64)
    chain, barred = np.empty((steps, steps), np.int64), np.empty(steps, np.int64)
    count = 0
    for customer in range(len(offsets) - 1):
        _forget(chain)
        for step in range(steps):
            barred[step] = -1
        for row in range(offsets[customer], offsets[customer + 1] if person[customer] else 0):
            fits, stops = serves[code[row]], bars[code[row]]
            if fits:
                _advance(row, fits, time_us, chain, barred, within, total)
            for step in range(1, steps):
                if stops >> step & 1:
                    barred[step] = row
            if chain[steps - 1, steps - 1] == row:
                owner[count] = customer
                for k in range(steps):
                    found[count, k] = chain[steps - 1, k]
                count += 1
                _forget(chain)
    return owner[:count], found[:count]
