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


def buckets(bits: int) -> int:
    """How many there are, if there are ``2**bits`` to each doubling."""
    return _DOUBLINGS << bits


@kernel
def bucket(value: Any, bits: Any) -> Any:
    """The bucket of a value from 0 on: its exponent and the highest bits behind it, as doubles store them."""
    high = np.float64(value).view(np.int64) >> (_MANTISSA - bits)
    return min(max(high - ((_EXPONENT + _LOW) << bits), 0), (_DOUBLINGS << bits) - 1)


@kernel
def spread(group: I64, value: I64, groups: int, bits: int) -> I64:
    """int64[groups, buckets], how many values of each group lie in each bucket."""
    counts = np.zeros((groups, _DOUBLINGS << bits), np.int64)
    for i in range(len(group)):
        counts[group[i], bucket(value[i], bits)] += 1
    return counts


@kernel
def _least(bucket: int, bits: int) -> Any:
    """The smallest value in a bucket; of the one behind the last, more than any."""
    if bucket >= _DOUBLINGS << bits:
        return np.uint64(2**63)
    first = 1 << bits
    return np.uint64(((first + bucket % first) << (_LOW + (bucket >> bits))) >> bits) if bucket > 0 else np.uint64(0)


@kernel
def _holding(counts: I64, place: int) -> Any:
    """The bucket that holds what would stand at ``place`` were all values sorted, and how many lie below it."""
    bucket, below = 0, 0
    while below + counts[bucket] <= place:
        below += counts[bucket]
        bucket += 1
    return bucket, below


@kernel
def near(counts: I64, shares: F64, bits: int) -> Any:
    """Where to look for quantiles of groups whose values spread as ``counts`` int64[groups, buckets] says.

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
            spans[group, 2 * k] = _least(first, bits)
            spans[group, 2 * k + 1] = _least(last + 1, bits) - _least(first, bits)
            places[group, k] = exact - left_out
            end, until = last, before + counts[group, last]
    return spans, places


@kernel
def within(group: I64, value: I64, spans: U64) -> Any:
    """bool[n], which values lie in one of the spans (``near``) of their groups."""
    found = np.zeros(len(group), np.bool_)
    for i in range(len(group)):
        for k in range(0, spans.shape[1], 2):
            found[i] |= np.uint64(value[i]) - spans[group[i], k] < spans[group[i], k + 1]
    return found
