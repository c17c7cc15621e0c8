"""A matrix whose cells are the darker the more they are; labels on the left, heads above."""

from __future__ import annotations

from periplo.analysis.charts.data import Cell, Heatmap
from periplo.analysis.charts.sheet import INNER, Block, label, told, widest
from periplo.drawing.shapes import path, rect, stroke
from periplo.drawing.svg import el, num
from periplo.drawing.text import BODY, SMALL, STRONG, line, paragraph, shorten, wrap

ROW, GAP, PAD = 27.0, 12.0, 1.5
LABELS, WIDE = 230.0, 96.0
STRONGEST = 0.5  # opacity of the fullest cell: the text upon it stays readable in both themes
LEAST_TEXT = 26.0  # px; narrower cells speak by their colour and their tip
SLANT = 38


def paint(chart: Heatmap, lang: str) -> Block:
    left = widest([row.label for row in chart.rows] + [chart.head], BODY, LABELS) + GAP
    beside = widest([row.said for row in chart.rows], STRONG, 90.0)
    left += beside + GAP if beside else 0.0
    wide = min((INNER - left) / max(len(chart.columns), 1), WIDE)
    top, heads = _heads(chart, left, wide)
    most = chart.most or max((abs(cell.value or 0) for row in chart.rows for cell in row.cells), default=0) or 1.0
    shapes = [heads, _head_of_rows(chart, left - GAP - (beside + GAP if beside else 0), top)]
    for place, row in enumerate(chart.rows):
        y = top + place * ROW
        names = left - GAP - (beside + GAP if beside else 0)
        shapes.append(label(names, y + 17.5, row.label, BODY, names))
        if row.said:
            shapes.append(line(left - GAP, y + 17.5, row.said, STRONG, "muted", end=True))
        shapes += [_cell(cell, left + k * wide, y, wide, most) for k, cell in enumerate(row.cells)]
    bottom = top + len(chart.rows) * ROW
    if chart.marked is not None:
        x = left + chart.marked * wide
        shapes.append(stroke(path("M", x, top - 4, "V", bottom, "M", x + wide, top - 4, "V", bottom), "rule", 1.2))
    return Block(bottom, "".join(shapes))


def _head_of_rows(chart: Heatmap, right: float, top: float) -> str:
    return label(right, top - 7, chart.head, SMALL, right, "muted") if chart.head else ""


def _heads(chart: Heatmap, left: float, wide: float) -> tuple[float, str]:
    """The heads of the columns in one line, in several, or slanted, and the height they take."""
    every = max(1, round(14 / wide + 0.49))
    shown = [(k, text) for k, text in enumerate(chart.columns) if k % every == 0]
    if all(SMALL.width(text) <= wide * every - 4 for _, text in shown):
        return 22.0, "".join(_centred(left + (k + 0.5) * wide, 15, text) for k, text in shown)
    words = [word for text in chart.columns for word in text.split()]
    if every == 1 and all(SMALL.width(word) <= wide - 6 for word in words):
        rows = [wrap(text, SMALL, wide - 6, 3) for text in chart.columns]
        deep = max(map(len, rows))
        return 8 + deep * 13.5, "".join(
            _centred(left + (k + 0.5) * wide, 12 + (deep - len(each) + n) * 13.5, text)
            for k, each in enumerate(rows)
            for n, text in enumerate(each)
        )
    return _slanted(shown, left, wide)


def _slanted(shown: list[tuple[int, str]], left: float, wide: float) -> tuple[float, str]:
    texts = [shorten(text, SMALL, 118) for _, text in shown]
    high = max(map(SMALL.width, texts)) * 0.62 + 18
    turned = (
        el(
            "g",
            line(0, 0, text, SMALL, "muted"),
            transform=f"translate({num(left + (k + 0.42) * wide)} {num(high - 8)}) rotate(-{SLANT})",
        )
        for (k, _), text in zip(shown, texts, strict=True)
    )
    return high, "".join(turned)


def _centred(x: float, y: float, text: str) -> str:
    return paragraph(x - SMALL.width(text) / 2, y, [text], SMALL, "muted")


def _cell(cell: Cell, x: float, y: float, wide: float, most: float) -> str:
    ground = rect(x + PAD, y + PAD, wide - 2 * PAD, ROW - 2 * PAD, "wash", round_=3)
    if cell.value is None:
        return ground
    share = min(abs(cell.value) / most, 1.0)
    colour = "drop" if cell.value < 0 else "a3"
    full = rect(x + PAD, y + PAD, wide - 2 * PAD, ROW - 2 * PAD, colour, round_=3, opacity=share * STRONGEST)
    fits = wide >= LEAST_TEXT and SMALL.width(cell.said) <= wide - 4
    text = line(x + wide / 2 - SMALL.width(cell.said) / 2, y + 17.5, cell.said, SMALL)
    edge = _dashed(x, y, wide) if cell.faint else ""
    return told(cell.tip, ground, full if share > 0.004 else "", edge, text if fits else "")


def _dashed(x: float, y: float, wide: float) -> str:
    """The edge of a cell whose time is not over."""
    box = path("M", x + 2.5, y + 2.5, "h", wide - 5, "v", ROW - 5, "h", 5 - wide, "Z")
    return stroke(box, "rule", 1, "2 3")
