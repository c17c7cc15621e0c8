"""The emotion lane: a curve from -2 to +2 through the stages, dashed where it is expected and not measured."""

from __future__ import annotations

from itertools import pairwise

from periplo.language import Lang, number
from periplo.maps.draw.sheet import Block, Column, Sheet
from periplo.maps.draw.svg import el, num
from periplo.maps.draw.text import STRONG, TINY, line
from periplo.maps.reading import Item, LaneReading

HIGH = 92.0
MIDDLE = 46.0
STEP = 15.0  # px of one point of mood
SCALE = ((2, "+2"), (0, "0"), (-2, "−2"))
Point = tuple[float, float]


def curve(lane: LaneReading, sheet: Sheet) -> Block:
    """The curve, its points with their values, and the scale."""
    left, right = sheet.columns[0].x, sheet.columns[-1].x + sheet.columns[-1].width
    shapes = [
        el("line", x1=num(left), x2=num(right), y1=num(y), y2=num(y), class_="s-rule" if level == 0 else "s-line",
           stroke_dasharray=None if level == 0 else "2 4")
        for level, y in ((2, _height(2)), (0, _height(0)), (-2, _height(-2)))
    ]  # fmt: skip
    found = [
        (column, item)
        for column, cell in zip(sheet.columns, lane.cells, strict=True)
        if (item := cell.item("mood")) is not None
    ]
    points = [(column.x + column.width / 2, _height(item.value)) for column, item in found]
    expected = all(item.n == 0 for _, item in found)
    shapes += [_area(points, sheet.prefix), _line(points, dashed=expected)]
    shapes += [
        _point(sheet, column, item, point, above=above)
        for (column, item), point, above in zip(found, points, _peaks(points), strict=True)
    ]
    shapes += [line(left - 8, _height(level) + 3.5, text, TINY, "muted", end=True) for level, text in SCALE]
    return Block(HIGH, "".join(shapes))


def _height(mood: float) -> float:
    return MIDDLE - mood * STEP


def _smooth(points: list[Point]) -> str:
    start = f"M{num(points[0][0])} {num(points[0][1])}"
    bends = (
        f"C{num((a[0] + b[0]) / 2)} {num(a[1])} {num((a[0] + b[0]) / 2)} {num(b[1])} {num(b[0])} {num(b[1])}"
        for a, b in pairwise(points)
    )
    return start + "".join(bends)


def _area(points: list[Point], prefix: str) -> str:
    zero = num(_height(0))
    path = f"{_smooth(points)}L{num(points[-1][0])} {zero}L{num(points[0][0])} {zero}Z"
    stops = [("a3", 0.0, 0.3), ("a3", 0.5, 0.05), ("drop", 0.5, 0.05), ("drop", 1.0, 0.3)]
    shades = "".join(el("stop", offset=num(at), class_=f"c-{ink}", stop_opacity=num(dim)) for ink, at, dim in stops)
    shade = el(
        "linearGradient", shades, id=f"{prefix}-mood", gradientUnits="userSpaceOnUse",
        x1="0", x2="0", y1=num(_height(2)), y2=num(_height(-2)),
    )  # fmt: skip
    return el("defs", shade) + el("path", d=path, fill=f"url(#{prefix}-mood)")


def _line(points: list[Point], *, dashed: bool) -> str:
    return el(
        "path", d=_smooth(points), class_="s-muted", fill="none", stroke_width="1.8", stroke_linecap="round",
        stroke_dasharray="5 5" if dashed else None,
    )  # fmt: skip


def _point(sheet: Sheet, column: Column, item: Item, point: Point, *, above: bool) -> str:
    """A point with its value over or under it, where the curve does not run."""
    x, y = point
    value = signed(item.value, sheet.lang)
    n = f"n {number(item.n, sheet.lang)}" if item.n else ""
    width = STRONG.width(value) + (TINY.width(n) + 5 if n else 0)
    left, base = x - width / 2, y - 10 if above else y + 18
    shapes = [
        el("circle", cx=num(x), cy=num(y), r="5", class_=f"f-a{column.hue}"),
        el("circle", cx=num(x), cy=num(y), r="2", class_="f-bg"),
        line(left, base, value, STRONG),
    ]
    if n:
        shapes.append(line(left + width, base, n, TINY, "muted", end=True))
    return sheet.open(item.ref, *shapes)


def signed(mood: float, lang: Lang) -> str:
    text = number(abs(mood), lang, 1)
    return f"+{text}" if mood > 0 else f"−{text}" if mood < 0 else text


def _peaks(points: list[Point]) -> list[bool]:
    """Which points lie higher than their neighbours on average (y grows downwards)."""
    heights = [y for _, y in points]
    sides = [heights[max(i - 1, 0) : i] + heights[i + 1 : i + 2] for i in range(len(heights))]
    return [not side or y <= sum(side) / len(side) for y, side in zip(heights, sides, strict=True)]
