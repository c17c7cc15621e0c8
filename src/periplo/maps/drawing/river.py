"""The flow of customers through the stages, drawn as a river whose surface is level.

What goes on flows along the surface, what drops sinks, what is still open fades; widths are customers, on one scale.
An arc leads those who came back after the last stage to the first: the voyage that returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from periplo.drawing.shapes import fill, gradient, path, rect, rule, shade, stroke
from periplo.drawing.svg import el
from periplo.drawing.text import SMALL, line, shorten
from periplo.language import number, percent, t
from periplo.maps.drawing.sheet import GAP, Block, Column, Sheet
from periplo.maps.drawing.tributaries import NUMBERS, numbers
from periplo.maps.reading import LaneReading, StageReading

DEEP = 104.0  # px of the stage most customers entered
NODE = 7.0
BEND = 9.0
SINK = 22.0
ARC = 34.0
THINNEST = 0.8  # px; a thinner band that passes a stage is left to the numbers

Side = tuple[float, float]


@dataclass(frozen=True)
class Bed:
    """Where the river lies: its surface, its ground, px per customer, and the prefix of its gradients."""

    top: float
    floor: float
    scale: float
    prefix: str

    @classmethod
    def of(cls, sheet: Sheet) -> Bed:
        most = max(stage.entered for stage in sheet.reading.stages)
        top = ARC if sheet.reading.returned else 10.0
        floor = top + (DEEP + BEND + SINK if most else 6.0)
        return cls(top, floor, DEEP / most if most else 0.0, sheet.prefix)


def river(lane: LaneReading, sheet: Sheet) -> Block:
    """The river, and under each stage its numbers."""
    bed = Bed.of(sheet)
    pairs = list(zip(sheet.reading.stages, sheet.columns, strict=True))
    shapes = [_gradients(sheet, bed)]
    shapes.append(_currents(sheet, bed))
    shapes += [_water(stage, column, bed) for stage, column in pairs]
    if sheet.reading.returned:
        shapes.append(_return(sheet, bed))
    shapes += [numbers(sheet, stage, column, bed.floor) for stage, column in pairs]
    return Block(bed.floor + NUMBERS, "".join(shapes))


def _currents(sheet: Sheet, bed: Bed) -> str:
    """The bands of those who went on, to each stage they reached first: the next one on the surface, later ones below.

    A band leaves as wide as its customers. Who reaches a stage from two sides comes in two bands, so that bands
    that would together be wider than the bar they reach become narrower on the way.
    """
    stages, columns = sheet.reading.stages, sheet.columns
    leaving, arriving = [bed.top] * len(stages), [bed.top] * len(stages)
    bands = []
    for step in range(1, len(stages)):
        for here, there in zip(range(len(stages)), range(step, len(stages)), strict=False):
            out = stages[here].reached.get(stages[there].id, 0) * bed.scale
            into = out * _squeeze(stages, there)
            if step == 1 or out >= THINNEST:
                bands.append(_band(columns[here], columns[there], (leaving[here], out), (arriving[there], into), bed))
            leaving[here] += out
            arriving[there] += into
    return "".join(reversed(bands))


def _squeeze(stages: Sequence[StageReading], there: int) -> float:
    arrived = sum(stage.reached.get(stages[there].id, 0) for stage in stages)
    return min(stages[there].entered / arrived, 1.0) if arrived else 1.0


def _band(column: Column, other: Column, here: Side, there: Side, bed: Bed) -> str:
    """From the right of one bar to the left of another; a side is its y and its width."""
    if not here[1]:
        return ""
    start, end = column.left + NODE, other.left
    middle = (start + end) / 2
    over = ("M", start, here[0], "C", middle, here[0], middle, there[0], end, there[0], "v", max(there[1], 1.2))
    low, deep = (y + max(width, 1.2) for y, width in (there, here))
    under = ("C", middle, low, middle, deep, start, deep, "Z")
    return shade(path(*over, *under), f"{bed.prefix}-on-{column.stage}-{other.stage}")


def _water(stage: StageReading, column: Column, bed: Bed) -> str:
    """The bar of a stage with what stays open and what sinks from it."""
    x, deep = column.left, stage.entered * bed.scale
    if not deep:
        return rule(x, column.right, bed.top, "rule", "2 4")
    on, still, lost = (n * bed.scale for n in (stage.went_on, stage.still_open, stage.dropped))
    open_ = bed.top + on
    shapes = []
    if still:
        reach = column.inner * 0.62
        band = path("M", x + NODE, open_, "h", reach, "v", max(still, 1.0), "h", -reach, "Z")
        shapes.append(shade(band, f"{bed.prefix}-open-{column.stage}"))
    if lost:
        shapes.append(_sinking(x + NODE, open_ + still, max(lost, 1.0), bed))
    return "".join(shapes) + rect(x, bed.top, NODE, max(deep, 2.0), f"a{column.hue}", round_=2)


def _sinking(x: float, y: float, thick: float, bed: Bed) -> str:
    """A band that turns downwards and fades."""
    low, wide = y + thick + BEND, BEND + thick
    outer = ("M", x, y, "A", wide, wide, "0 0 1", x + wide, low, "V", max(bed.floor, low), "H", x + BEND)
    inner = ("V", low, "A", BEND, BEND, "0 0 0", x, y + thick, "Z")
    return shade(path(*outer, *inner), f"{bed.prefix}-sink")


def _return(sheet: Sheet, bed: Bed) -> str:
    """The way back from the last stage to the first, with its number."""
    first, last = sheet.columns[0], sheet.columns[-1]
    start, end = (column.left + NODE / 2 for column in (last, first))
    high, turn = 12.0, 22.0
    up = ("M", start, bed.top - 4, "V", turn, "Q", start, high, start - 10, high)
    down = ("H", end + 10, "Q", end, high, end, turn, "V", bed.top - 9)
    way = stroke(path(*up, *down), f"a{last.hue}", 1.6, "1 4")
    arrow = fill(path("M", end - 4, bed.top - 10, "h 8 l -4 6 z"), f"a{first.hue}")
    return way + arrow + _returned(sheet, (start + end) / 2, high, (start - end) * 0.7)


def _returned(sheet: Sheet, middle: float, y: float, room: float) -> str:
    reading, lang = sheet.reading, sheet.lang
    n, share = number(reading.returned, lang), percent(reading.returned / reading.stages[-1].entered, lang)
    text = shorten(t("{n} came back for another voyage ({share})", lang, n=n, share=share), SMALL, room)
    width = SMALL.width(text) + 20
    ground = rect(middle - width / 2, y - 8, width, 16, "bg")
    label = line(middle - width / 2 + 10, y + 3.5, text, SMALL, "muted")
    return sheet.open(f"stage/{reading.stages[-1].id}/went_on", ground, label)


def _gradients(sheet: Sheet, bed: Bed) -> str:
    fall = [(0.0, "drop", 0.5), (0.55, "drop", 0.3), (1.0, "drop", 0.0)]
    made = [gradient(f"{bed.prefix}-sink", fall, (0, bed.top, 0, bed.floor))]
    for column, other in combinations(sheet.columns, 2):
        dim = 0.42 if other.x - column.x < 1.5 * (column.width + GAP) else 0.2
        change = [(0.0, f"a{column.hue}", dim), (1.0, f"a{other.hue}", dim)]
        made.append(gradient(f"{bed.prefix}-on-{column.stage}-{other.stage}", change, (column.left, 0, other.left, 0)))
    for column in sheet.columns:
        fading = [(0.0, f"a{column.hue}", 0.34), (1.0, f"a{column.hue}", 0.0)]
        reach = column.left + NODE + column.inner * 0.62
        made.append(gradient(f"{bed.prefix}-open-{column.stage}", fading, (column.left, 0, reach, 0)))
    return el("defs", *made)
