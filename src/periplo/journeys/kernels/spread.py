"""How values spread, counted in buckets: a quantile lies in one of them, or between two, and only what lies there need
be kept to find it exactly (docs/adr/0057)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import F64, I64, U64
from periplo.journeys.kernels.compiled import kernel

_LOW, _DOUBLINGS = 16, 32
"""Values below about 2**16 (us: a sixteenth of a second) share a bucket, and those above 2**47 (four years)."""
_EXPONENT, _MANTISSA = 1023, 52
"""How doubles store them."""


def bounds(bits: int) -> U64:
    """The smallest value of each bucket, if there are ``2**bits`` to each doubling; last, more than any."""
    number, first = np.arange(1, _DOUBLINGS << bits, dtype=np.uint64), np.uint64(1 << bits)
    least = (first + number % first) << (np.uint64(_LOW) + number // first) >> np.uint64(bits)
    return np.concatenate(([np.uint64(0)], least, [np.uint64(2**63)]))


@kernel
def bucket(value: Any, bits: Any) -> Any:
    """The bucket of a value from 0 on: its exponent and the highest bits behind it, as doubles store them."""
    high = np.float64(value).view(np.int64) >> (_MANTISSA - bits)
    return min(max(high - ((_EXPONENT + _LOW) << bits), 0), (_DOUBLINGS << bits) - 1)


@kernel
def _holding(counts: I64, place: int) -> Any:
    """The bucket that holds what would stand at ``place`` were all values sorted, and how many lie below it."""
    bucket, below = 0, 0
    while below + counts[bucket] <= place:
        below += counts[bucket]
        bucket += 1
    return bucket, below


@kernel
def near(counts: I64, bounds: U64, shares: F64) -> Any:
    """Where to look for quantiles of groups whose values spread over buckets as ``counts`` int64[groups, buckets] says.

    ``spans`` uint64[groups, 2 * shares]: per share the least value to keep, and how much larger it may be; ``places``
    float64[groups, shares]: where each quantile stands among the sorted values kept, NaN for an empty group.
    ``shares`` ascend.
    """
    groups, wanted = len(counts), len(shares)
    spans, places = np.zeros((groups, 2 * wanted), np.uint64), np.full((groups, wanted), np.nan)
    for group in range(groups):
        total = counts[group].sum()
        end, left_out, until = -1, 0, 0
        for k in range(wanted if total else 0):
            exact = shares[k] * (total - 1)
            first, below = _holding(counts[group], int(exact))
            last, before = _holding(counts[group], min(int(exact) + 1, total - 1))
            if first > end:
                left_out += below - until
            spans[group, 2 * k] = bounds[first]
            spans[group, 2 * k + 1] = bounds[last + 1] - bounds[first]
            places[group, k] = exact - left_out
            end, until = last, before + counts[group, last]
    return spans, places
