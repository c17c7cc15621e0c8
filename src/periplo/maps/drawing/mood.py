"""The emotion lane: a curve from -2 to +2 through the stages, dashed where it is expected and not measured."""

from __future__ import annotations

from itertools import pairwise

from periplo.drawing.shapes import dot, gradient, path, rule, shade, stroke
from periplo.drawing.svg import el
from periplo.drawing.text import STRONG, TINY, line
from periplo.language import Lang, number
from periplo.maps.drawing.sheet import Block, Column, Sheet
from periplo.maps.reading import Item, LaneReading

MARGIN = 16.0  # px above and below the scale, for values
STEP = 15.0  # px of one point of mood
LEVELS = ((2, "+2"), (0, "0"), (-2, "−2"))
Point = tuple[float, float]


def curve(lane: LaneReading, sheet: Sheet) -> Block:
    """The curve, its points with their values, and the scale."""
    found = [
        (column, item)
        for column, cell in zip(sheet.columns, lane.cells, strict=True)
        if (item := cell.item("mood")) is not None
    ]
    points = [(column.x + column.width / 2, _y(item.value)) for column, item in found]
    dashes = "5 5" if all(item.n == 0 for _, item in found) else None
    shapes = [_levels(sheet), _area(points, f"{sheet.prefix}-mood")]
    shapes.append(stroke(_smooth(points), "muted", 1.8, dashes))
    for (column, item), point, above in zip(found, points, _peaks(points), strict=True):
        shapes.append(sheet.open(item.ref, _point(sheet, column, item, point, above=above)))
    return Block(_y(-2) + MARGIN, "".join(shapes))


def _y(mood: float) -> float:
    """How high a mood stands, px from the top of the lane."""
    return MARGIN + (2 - mood) * STEP


def _levels(sheet: Sheet) -> str:
    left, right = sheet.columns[0].x, sheet.columns[-1].x + sheet.columns[-1].width
    return "".join(
        rule(left, right, _y(level), "line" if level else "rule", "2 4" if level else None)
        + line(left - 8, _y(level) + 3.5, text, TINY, "muted", end=True)
        for level, text in LEVELS
    )


def _smooth(points: list[Point]) -> str:
    """A path through the points that is level at each of them."""
    bends = []
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) / 2
        bends.append(path("C", middle, y1, middle, y2, x2, y2))
    return " ".join((path("M", *points[0]), *bends))


def _area(points: list[Point], name: str) -> str:
    stops = [(0.0, "a3", 0.3), (0.5, "a3", 0.05), (0.5, "drop", 0.05), (1.0, "drop", 0.3)]
    tint = gradient(name, stops, (0, _y(2), 0, _y(-2)))
    ground = path("L", points[-1][0], _y(0), "L", points[0][0], _y(0), "Z")
    return el("defs", tint) + shade(f"{_smooth(points)} {ground}", name)


def _point(sheet: Sheet, column: Column, item: Item, point: Point, *, above: bool) -> str:
    """A point with its value over or under it, where the curve does not run."""
    x, y = point
    value = signed(item.value, sheet.lang)
    n = f"n {number(item.n, sheet.lang)}" if item.n else ""
    width = STRONG.width(value) + (TINY.width(n) + 5 if n else 0)
    left, base = x - width / 2, y - 10 if above else y + 18
    shapes = dot(x, y, 5, f"a{column.hue}") + dot(x, y, 2, "bg") + line(left, base, value, STRONG)
    return shapes + (line(left + width, base, n, TINY, "muted", end=True) if n else "")


def signed(mood: float, lang: Lang) -> str:
    """``+0.8``, ``−1.2``, ``0.0``."""
    text = number(abs(mood), lang, 1)
    return f"+{text}" if mood > 0 else f"−{text}" if mood < 0 else text


def _peaks(points: list[Point]) -> list[bool]:
    """Which points lie higher than their neighbours on average (y grows downwards)."""
    heights = [y for _, y in points]
    sides = [heights[max(i - 1, 0) : i] + heights[i + 1 : i + 2] for i in range(len(heights))]
    return [not side or y <= sum(side) / len(side) for y, side in zip(heights, sides, strict=True)]
