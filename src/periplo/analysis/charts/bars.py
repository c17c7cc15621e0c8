"""Bars, one under the other: a label, the bar, its number."""

from __future__ import annotations

from periplo.analysis.charts.data import Bar, Bars
from periplo.analysis.charts.sheet import INNER, Block, label, told, widest
from periplo.drawing.shapes import path, rect, stroke
from periplo.drawing.text import BODY, STRONG, line

ROW, THICK = 25.0, 11.0
LABELS, GAP = 300.0, 12.0


def paint(chart: Bars, lang: str) -> Block:
    left = widest([bar.label for bar in chart.bars], BODY, LABELS) + GAP
    right = INNER - widest([bar.said for bar in chart.bars], STRONG, 200.0) - GAP
    low, high = _span(chart)
    scale = (right - left) / (high - low)
    shapes = [_bar(bar, ROW * place, left, right, left - low * scale, scale) for place, bar in enumerate(chart.bars)]
    zero = left - low * scale
    if low < 0:
        shapes.append(stroke(path("M", zero, 0.0, "V", ROW * len(chart.bars)), "rule"))
    return Block(ROW * len(chart.bars), "".join(shapes))


def _span(chart: Bars) -> tuple[float, float]:
    """What a bar's track stands for, from left to right; zero lies in it."""
    ends = [end for bar in chart.bars for end in (bar.value, bar.low, bar.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends]) if chart.most is None else chart.most
    return (low, high) if high > low else (0.0, 1.0)


def _bar(bar: Bar, top: float, left: float, right: float, zero: float, scale: float) -> str:
    base = top + ROW / 2 + 4
    shapes = [
        label(left - GAP, base, bar.label, BODY, left - GAP, "muted" if bar.quiet else "ink"),
        line(INNER, base, bar.said, STRONG, end=True) if bar.said else "",
    ]
    if bar.value is not None:
        y = top + (ROW - THICK) / 2
        ends = sorted((zero, zero + bar.value * scale))
        colour = "open" if bar.quiet else "drop" if bar.value < 0 else "a3"
        shapes.append(rect(left, y, right - left, THICK, colour, round_=3, opacity=0.1))
        if bar.value:
            shapes.append(rect(ends[0], y, max(ends[1] - ends[0], 1.5), THICK, colour, round_=3))
        shapes.append(_interval(bar, y + THICK / 2, zero, scale))
    return told(f"{bar.label}: {bar.said}", *shapes)


def _interval(bar: Bar, y: float, zero: float, scale: float) -> str:
    if bar.low is None or bar.high is None:
        return ""
    low, high = zero + bar.low * scale, zero + bar.high * scale
    ends = ("M", low, y - 4, "v", 8.0, "M", high, y - 4, "v", 8.0)
    return stroke(path("M", low, y, "H", high, *ends), "ink", 1.2)
