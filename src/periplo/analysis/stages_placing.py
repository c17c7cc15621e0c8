"""In which stage each event lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis.condition import Condition
from periplo.journeys.columns import U8, JourneyColumns
from periplo.journeys.kernels.stages import NO_STAGE


def stage_codes(columns: JourneyColumns, stages: Sequence[Condition]) -> U8:
    """uint8[m]: the first stage whose condition holds at each event, ``NO_STAGE`` for none and for strangers."""
    codes = np.full(columns.events, NO_STAGE, np.uint8)
    for place in range(len(stages) - 1, -1, -1):
        np.putmask(codes, stages[place].mask(columns), place)
    if not columns.person.all():
        codes[np.repeat(~columns.person, np.diff(columns.offsets))] = NO_STAGE
    return codes
