"""Lines over time: a scale on the left, the name of each line at its end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor, log10

from periplo.analysis.charts.data import Lines, Series, Unit
from periplo.analysis.charts.sheet import INNER, Block, told, widest
from periplo.drawing.shapes import dot, path, rule, stroke
from periplo.drawing.text import BODY, SMALL, line, shorten
from periplo.language import Lang, duration, number, percent

HIGH, TOP, NAMES, BETWEEN = 240.0, 8.0, 180.0, 14.0
ORDER = (3, 1, 5, 7, 2, 6, 4, 8)
"""The hues of the lines, so that neighbours differ; more lines than these are grey."""
DOTS = 40
"""So many points at most are marked by a dot."""


def paint(chart: Lines, lang: Lang) -> Block:
    ticks = _ticks(chart)
    low, high = min(0.0, ticks[0]), ticks[-1]
    texts = [written(tick, chart.unit, lang) for tick in ticks]
    left = widest(texts, SMALL, 90.0) + 10
    right = INNER - widest([series.name for series in chart.series], BODY, NAMES) - 12
    step = (right - left) / max(len(chart.points) - 1, 1)

    def place(k: int, value: float) -> tuple[float, float]:
        return left + k * step, TOP + HIGH * (1 - (value - low) / (high - low))

    shapes = [_grid(left, right, place(0, tick)[1], text) for tick, text in zip(ticks, texts, strict=True)]
    shapes.append(_points(chart, left, step))
    ends = []
    for rank, series in enumerate(chart.series):
        spots = [None if value is None else place(k, value) for k, value in enumerate(series.values)]
        colour = f"a{ORDER[rank]}" if rank < len(ORDER) else "open"
        shapes.append(_line(series, spots, colour, chart, lang))
        last = next((spot for spot in reversed(spots) if spot), None)
        ends += [(last[1], series.name, colour)] if last else []
    return Block(TOP + HIGH + 26, "".join(shapes) + _names(right + 12, ends))


def written(value: float, unit: Unit, lang: Lang) -> str:
    """A number of the scale as it reads: no more digits than it needs."""
    if unit == "seconds":
        return duration(value, lang) if value else "0"
    shown = value * 100 if unit == "share" else value
    digits = 0 if shown == round(shown) else 1 if round(shown * 10) == round(shown * 10, 6) else 2
    return percent(value, lang, digits) if unit == "share" else number(value, lang, digits)


def _ticks(chart: Lines) -> list[float]:
    """Round numbers around all values, and zero."""
    values = [value for series in chart.series for value in series.values if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = high - low or 1.0
    size = 10.0 ** floor(log10(span / 4))
    step = next(size * by for by in (1, 2, 2.5, 5, 10) if size * by * 4 >= span)
    first = floor(low / step)
    count = next(n for n in range(1, 12) if (first + n) * step >= high - step * 1e-9 and n)
    return [float(f"{(first + n) * step:.12g}") for n in range(count + 1)]


def _grid(left: float, right: float, y: float, text: str) -> str:
    return line(left - 10, y + 3.5, text, SMALL, "muted", end=True) + rule(left, right, y)


def _points(chart: Lines, left: float, step: float) -> str:
    """The texts below, as many as fit."""
    wide = max(map(SMALL.width, chart.points), default=0.0) + 14
    every = max(1, -(-wide // step)) if step else 1
    shown = [(k, text) for k, text in enumerate(chart.points) if k % every == 0]
    return "".join(
        line(max(left + k * step - SMALL.width(text) / 2, 0), TOP + HIGH + 18, text, SMALL, "muted")
        for k, text in shown
    )


def _line(series: Series, spots: list[tuple[float, float] | None], colour: str, chart: Lines, lang: Lang) -> str:
    """The line with its gaps, dashed where its time is not over, and its points."""
    sure = len(spots) if series.sure is None else series.sure
    steps = [(k + 1 < sure, ("M", *a, "L", *b)) for k, (a, b) in enumerate(pairwise(spots)) if a and b]
    ways = ([step for firm, step in steps if firm], None), ([step for firm, step in steps if not firm], "2 5")
    shapes = [_way(way, colour, dashes) for way, dashes in ways if way]
    seldom = len(spots) <= DOTS
    for k, spot in enumerate(spots):
        alone = spot and not any(spots[n] for n in (k - 1, k + 1) if 0 <= n < len(spots))
        if spot and (seldom or alone):
            tip = f"{series.name}, {chart.points[k]}: {written(series.values[k] or 0.0, chart.unit, lang)}"
            shapes.append(told(tip, dot(*spot, 2.6, colour)))
    return "".join(shapes)


def _way(steps: Sequence[tuple[str | float, ...]], colour: str, dashes: str | None) -> str:
    return stroke(path(*(part for step in steps for part in step)), colour, 2, dashes)


def _names(x: float, ends: list[tuple[float, str, str]]) -> str:
    """The names of the lines at their ends, moved apart where they would cover each other."""
    placed: list[tuple[float, str, str]] = []
    for y, name, colour in sorted(ends):
        below = placed[-1][0] + BETWEEN if placed else 0.0
        placed.append((max(y, below), name, colour))
    over = max(placed[-1][0] - (TOP + HIGH), 0.0) if placed else 0.0
    return "".join(line(x, y - over + 4, shorten(name, BODY, NAMES), BODY, colour) for y, name, colour in placed)
