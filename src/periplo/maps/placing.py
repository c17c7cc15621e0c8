"""In which stage each event lies, and to which stage customers went on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis import stages_placing
from periplo.analysis.condition import Condition
from periplo.journeys.columns import I64, U8, JourneyColumns
from periplo.journeys.kernels.stages import NO_STAGE
from periplo.predicates import Predicate

Stages = Sequence[tuple[str, Predicate]]


def stage_codes(columns: JourneyColumns, stages: Stages) -> U8:
    """uint8[m]: the stage of each event, ``NO_STAGE`` for none and for events of strangers."""
    return stages_placing.stage_codes(columns, [Condition(*stage) for stage in stages])


def onward(offsets: I64, codes: U8, stages: int) -> I64:
    """int64[stages, stages]: of those who entered stage i, how many reached j > i as the first later stage.

    Rows add up to those who went on, but for the last stage, which has no later one.
    """
    counts = np.zeros((stages, stages), np.int64)
    for stage in range(stages - 1):
        entered = _first_row(np.flatnonzero(codes == stage), offsets[:-1], offsets[1:])
        whose = np.flatnonzero(entered >= 0)
        later = np.flatnonzero((codes > stage) & (codes != NO_STAGE))
        reached = _first_row(later, entered[whose], offsets[1:][whose])
        counts[stage] = np.bincount(codes[reached[reached >= 0]], minlength=stages)[:stages]
    return counts


def _first_row(rows: I64, begin: I64, end: I64) -> I64:
    """The first of the ascending ``rows`` at or after each ``begin`` and before its ``end``; -1 where there is none."""
    if not len(rows):
        return np.full(len(begin), -1, np.int64)
    place = np.searchsorted(rows, begin)
    found = rows[np.minimum(place, len(rows) - 1)]
    return np.where((place < len(rows)) & (found < end), found, -1)
