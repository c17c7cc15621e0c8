"""Which of an attempt's events says to which group it belongs (``by_touch``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from periplo.analysis.funnel.attempts import Attempts
from periplo.analysis.grouping import UNKNOWN, Grouping, Together
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import I64, JourneyColumns

SEVERAL_VALUES = "several values"
_STEP = re.compile(r"(?:step\s*)?(\d+)", re.I)


@dataclass(frozen=True)
class Touch:
    """A grouping by the event of the ``first`` or the ``last`` step taken, of one step ("step 2"), or by ``all``: the
    value that all steps taken share, else "several values". Who did not take that one step is "unknown"."""

    grouping: Grouping
    touch: str
    step: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        more = {"all": (SEVERAL_VALUES,), "step": (UNKNOWN,)}.get(self.touch, ())
        return tuple(dict.fromkeys((*self.grouping.labels, *more)))

    @property
    def splits(self) -> bool:
        return not isinstance(self.grouping, Together)

    def codes(self, part: JourneyColumns, found: Attempts) -> I64:
        """The group of each attempt."""
        if not self.splits:
            return np.zeros(len(found.level), np.int64)
        if self.touch == "all":
            return self._shared(part, found)
        if self.touch == "step":
            return self._at(part, found.at(self.step))
        return self.grouping.codes(part, found.last if self.touch == "last" else found.at(0))

    def _at(self, part: JourneyColumns, row: I64) -> I64:
        codes = np.full(len(row), self.labels.index(UNKNOWN))
        codes[row >= 0] = self.grouping.codes(part, row[row >= 0])
        return codes

    def _shared(self, part: JourneyColumns, found: Attempts) -> I64:
        taken = found.rows >= 0
        codes = np.zeros(len(found.rows), np.int64)
        codes[taken] = self.grouping.codes(part, found.rows[taken])
        first = found.first
        differs = taken & (codes != np.repeat(codes[first], found.level))
        mixed = np.logical_or.reduceat(differs, first) if len(first) else np.zeros(0, np.bool_)
        return np.where(mixed, self.labels.index(SEVERAL_VALUES), codes[first])


def touch_of(grouping: Grouping, text: str, steps: int) -> Touch:
    """Reads ``first``, ``last``, ``all``, ``step 2`` or ``2``. Raises ``UnknownName``, ``UsageError``."""
    plain = text.strip().lower()
    if plain in {"first", "last", "all"}:
        return Touch(grouping, plain)
    found = _STEP.fullmatch(plain)
    if not found:
        raise UnknownName("by_touch", text, ["first", "last", "all", *(f"step {k + 1}" for k in range(steps))])
    step = int(found[1])
    if not 1 <= step <= steps:
        raise UsageError("The funnel has {steps} {steps:step|steps}; there is no step {step}.", steps=steps, step=step)
    return Touch(grouping, "step", step - 1)
