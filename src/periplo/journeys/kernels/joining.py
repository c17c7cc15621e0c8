"""New rows joining sorted ones: where they belong, and copying everything once."""

from __future__ import annotations

import numpy as np

from periplo.journeys.columns import I64, U8, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def positions(
    offsets: I64, time_us: I64, seq: I64, place: I64, known: Bool, new_offsets: I64, new_time_us: I64, new_seq: I64
) -> I64:
    """Before which old row each new one goes (int64, ascending); equal rows: old before new.

    ``place`` is the index among the old customers of each new one, or of the next larger where it is not ``known``.
    """
    at = np.empty(len(new_time_us), np.int64)
    for customer in range(len(place)):
        first = offsets[place[customer]]
        end = offsets[place[customer] + 1] if known[customer] else first
        for row in range(new_offsets[customer], new_offsets[customer + 1]):
            low, high = first, end
            while low < high:
                middle = (low + high) >> 1
                later = new_time_us[row] < time_us[middle]
                if later or (new_time_us[row] == time_us[middle] and new_seq[row] < seq[middle]):
                    high = middle
                else:
                    low = middle + 1
            at[row] = first = low
    return at


@kernel
def splice(old: U8, new: U8, width: int, gone: I64, at: I64, out: U8) -> None:
    """Copy rows of ``width`` bytes: the old ones without those ``gone``, each new one before the old row ``at``."""
    rows, row, out_row = len(old) // width, 0, 0
    came, went = 0, 0
    while True:
        coming = at[came] if came < len(at) else rows
        stop = min(coming, gone[went]) if went < len(gone) else coming
        source, target = old[row * width : stop * width], out[out_row * width :]
        # Not one slice into the other: numba would compile the words of their error too, for seconds.
        for byte in range(len(source)):
            target[byte] = source[byte]
        out_row += stop - row
        row = stop
        if came < len(at) and coming == row:
            for byte in range(width):
                out[out_row * width + byte] = new[came * width + byte]
            came += 1
            out_row += 1
        elif went < len(gone) and gone[went] == row:
            went += 1
            row += 1
        else:
            return
