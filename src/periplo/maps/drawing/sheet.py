"""The sheet a map is drawn on: where the columns stand, in which language, and where its links lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from periplo.drawing.svg import el
from periplo.language import Lang
from periplo.maps.reading import MapReading

Links = Callable[[str], str]
"""From the ``ref`` of a number to the address that shows the customers behind it."""

USUAL = 1200.0
"""px. On the width of A4 in landscape (841.89 pt) the smallest type, of 10 px, is 7 pt high."""

MARGIN = 28.0
SIDE = 122.0  # the column of lane names
GAP = 10.0
PAD = 9.0  # inside a column, left and right
AROUND = 11.0  # above and below each lane
NARROWEST = 142.0
READABLE = 100.0  # the inner width a part of a cell needs
BETWEEN = 18.0


@dataclass(frozen=True)
class Block:
    """Something drawn: its height, and its shapes from y = 0 down."""

    height: float
    shapes: str


@dataclass(frozen=True)
class Column:
    """One stage: ``x`` its left edge, ``width`` with padding; ``hue`` 1 to 8."""

    stage: str
    x: float
    width: float
    hue: int

    @property
    def left(self) -> float:
        return self.x + PAD

    @property
    def inner(self) -> float:
        return self.width - 2 * PAD

    @property
    def right(self) -> float:
        return self.x + self.width - PAD

    def split(self) -> tuple[Column, ...]:
        """As many columns side by side as there is room for; one where there is not."""
        number = max(int((self.inner + BETWEEN) // (READABLE + BETWEEN)), 1)
        each = (self.inner - (number - 1) * BETWEEN) / number
        return tuple(replace(self, x=self.x + step * (each + BETWEEN), width=each + 2 * PAD) for step in range(number))


@dataclass(frozen=True)
class Sheet:
    """All that a painter needs besides its lane. ``room``: px that a cell has because its neighbours need them;
    ``prefix`` keeps ids apart."""

    reading: MapReading
    lang: Lang
    width: float
    columns: tuple[Column, ...]
    links: Links | None = None
    room: float = 0.0
    prefix: str = "pm"

    @property
    def inner(self) -> float:
        return self.width - 2 * MARGIN

    @property
    def side(self) -> float:
        """The width of the column of lane names."""
        return self.columns[0].x - MARGIN - GAP

    def open(self, ref: str, *shapes: str) -> str:
        """Shapes that show a number: a link to the customers behind it where the sheet has links."""
        if not ref:
            return "".join(shapes)
        if self.links is None:
            return el("g", *shapes, data_ref=ref)
        return el("a", *shapes, href=self.links(ref), data_ref=ref)


def columns(reading: MapReading, hues: int) -> tuple[float, tuple[Column, ...]]:
    """The columns of a map, and the width of its sheet: the usual one, or what many stages need."""
    number = len(reading.stages)
    each = max((USUAL - 2 * MARGIN - SIDE - GAP * number) / number, NARROWEST)
    start = MARGIN + SIDE + GAP
    made = tuple(
        Column(stage.id, start + index * (each + GAP), each, index % hues + 1)
        for index, stage in enumerate(reading.stages)
    )
    return made[-1].x + each + MARGIN, made
