"""A map read from data: plain values, independent of language and of how they are drawn.

Every number says its unit, the n it rests on, and a ``ref`` that opens the customers behind it. The window and what
was left out are the same for all of them and stand in ``MapReading.evidence``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from periplo.analysis.result import Evidence
from periplo.maps.words import Words

Unit = Literal["customers", "events", "orders", "share", "ratio", "seconds", "money", "mood"]
Drawn = Literal["flow", "ranking", "rate", "time", "measures", "curve", "notes"]


class _Plain(msgspec.Struct, frozen=True, omit_defaults=True):
    pass


class Item(_Plain, frozen=True, kw_only=True):
    """One number of a cell. ``n``: how many customers, events or orders it rests on; ``share``: its part of them.

    ``what`` names the number inside its cell: ``entered``, ``median``, or the rank of a list entry.
    Money is in minor units of ``currency``.
    """

    what: str
    label: Words
    value: float
    unit: Unit
    n: int
    ref: str = ""
    share: float | None = None
    currency: str = ""


class Cell(_Plain, frozen=True, kw_only=True):
    """What one lane says about one stage: numbers, or notes written by hand."""

    stage: str
    items: tuple[Item, ...] = ()
    notes: tuple[Words, ...] = ()

    def item(self, what: str) -> Item | None:
        return next((item for item in self.items if item.what == what), None)


class LaneReading(_Plain, frozen=True, kw_only=True):
    """A row of the map. ``caption`` says in what its numbers are counted, ``drawn`` how it is painted."""

    id: str
    label: Words
    drawn: Drawn
    caption: Words = Words()
    cells: tuple[Cell, ...]


class StageReading(_Plain, frozen=True, kw_only=True):
    """A column of the map; entered = went_on + dropped + still_open, ``customers`` are in it now.

    ``reached``: those who went on, by the later stage they reached first.
    """

    id: str
    label: Words
    goal: Words = Words()
    customers: int
    entered: int
    went_on: int
    dropped: int
    still_open: int
    reached: dict[str, int] = {}


class MapReading(_Plain, frozen=True, kw_only=True):
    """Stages and lanes with their numbers, and all that a reader needs to judge them."""

    title: Words
    description: Words = Words()
    persona: Words = Words()
    persona_description: Words = Words()
    filters: Words = Words()
    evidence: Evidence
    simulated: bool = False
    patience_s: float
    stages: tuple[StageReading, ...]
    lanes: tuple[LaneReading, ...]

    @property
    def returned(self) -> int:
        """Customers who came back to an earlier stage after the last one."""
        return self.stages[-1].went_on
