"""Conditions on events as bits that kernels look up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis.condition import Condition
from periplo.journeys.columns import U16, U32, Bool, JourneyColumns


def marked(part: JourneyColumns, conditions: Sequence[Condition]) -> tuple[U16, U32]:
    """A code per event, and per code which of at most 16 conditions hold: by name alone where that is enough."""
    by_name = [condition.names(part.event_names) for condition in conditions]
    if all(names is not None for names in by_name):
        return part.event, bits([names for names in by_name if names is not None], len(part.event_names))
    masks = [condition.mask(part) for condition in conditions]
    code = bits(masks, part.events).astype(np.uint16)
    code.flags.writeable = False  # as the columns are, so that kernels compile once
    return code, np.arange(1 << len(conditions), dtype=np.uint32)


def bits(masks: Sequence[Bool], size: int) -> U32:
    """Bit k of each number: whether mask k holds there."""
    found = np.zeros(size, np.uint32)
    for k, mask in enumerate(masks):
        found |= mask.astype(np.uint32) << np.uint32(k)
    return found
