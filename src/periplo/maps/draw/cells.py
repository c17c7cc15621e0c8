"""One cell of a computed lane: a short list, a rate, a length of time, or key figures."""

from __future__ import annotations

from math import log

from periplo.language import number, percent, t
from periplo.maps.draw.sheet import Block, Column, Sheet
from periplo.maps.draw.svg import el, group, num
from periplo.maps.draw.text import BODY, SMALL, STAGE, STRONG, TINY, line, paragraph, shorten, tooltip, wrap
from periplo.maps.draw.values import count, shown, told
from periplo.maps.reading import Cell, Item, LaneReading

BETWEEN = 7.0  # px from the bar of one entry to the name of the next
MEASURE = 35.0
TRACK = 3.5
TIGHT = 13.5  # leading of a name on two lines


def nothing(column: Column) -> Block:
    return Block(16, line(column.left, 11, "–", BODY, "muted"))


def ranking(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Entries under each other: name, customers, and a bar for their share of the stage."""
    y, shapes = 0.0, []
    for item in cell.items:
        row = _rank(item, sheet, column)
        shapes.append(group(row.shapes, y=y))
        y += row.height + BETWEEN
    return Block(y - BETWEEN, "".join(shapes))


def _rank(item: Item, sheet: Sheet, column: Column) -> Block:
    value = count(item.value, sheet.lang, STRONG, column.inner * 0.4)
    name = item.label.tell(sheet.lang)
    rows = wrap(name, BODY, column.inner - STRONG.width(value) - 7, 2)
    share = item.share or 0.0
    below = 15.0 + (len(rows) - 1) * TIGHT
    whole = f"{name}: {told(item, sheet.lang)} ({percent(share, sheet.lang)})"
    shapes = sheet.open(
        item.ref,
        tooltip(whole),
        paragraph(column.left, 11, rows, BODY, leading=TIGHT),
        line(column.right, 11, value, STRONG, end=True),
        bar(column, below, share),
    )
    return Block(below + TRACK, shapes)


def bar(column: Column, y: float, share: float, colour: str = "") -> str:
    """A track over the whole cell, filled for ``share`` of it."""
    x, width = column.left, column.inner
    track = el("rect", x=num(x), y=num(y), width=num(width), height=TRACK, rx="1.75", class_=f"f-t{column.hue}")
    if not share:
        return track
    filled = max(min(share, 1.0) * width, 3)
    ink = colour or f"a{column.hue}"
    return track + el("rect", x=num(x), y=num(y), width=num(filled), height=TRACK, rx="1.75", class_=f"f-{ink}")


def rate(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """A share in large, its bar, and how many of how many."""
    item = cell.items[0]
    text = told(item, sheet.lang)
    part = round(item.value * item.n)
    of = t("{n} of {total}", sheet.lang, n=number(part, sheet.lang), total=number(item.n, sheet.lang))
    of = shorten(of, TINY, column.inner - STAGE.width(text) - 8)
    shapes = sheet.open(
        item.ref,
        line(column.left, 13, text, STAGE, "drop"),
        line(column.right, 13, of, TINY, "muted", end=True),
        bar(column, 20, item.value, "drop"),
    )
    return Block(24, shapes)


def measures(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Key figures: name, value, and the n each rests on."""
    rows = [_measure(item, index * MEASURE, sheet, column) for index, item in enumerate(cell.items)]
    return Block(len(rows) * MEASURE - 9, "".join(rows))


def _measure(item: Item, y: float, sheet: Sheet, column: Column) -> str:
    value = shown(item, sheet.lang, STAGE, column.inner * 0.62)
    n = f"n {count(item.n, sheet.lang, TINY, column.inner * 0.4)}"
    name = item.label.tell(sheet.lang)
    return sheet.open(
        item.ref,
        tooltip(f"{name}: {told(item, sheet.lang)} (n {number(item.n, sheet.lang)})"),
        line(column.left, y + 12, value, STAGE),
        line(column.right, y + 12, n, TINY, "muted", end=True),
        line(column.left, y + 25.5, shorten(name, SMALL, column.inner), SMALL, "muted"),
    )


def time(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Median in large; a bar from the median to the ninth decile on a scale all stages share."""
    median, slow = cell.item("median"), cell.item("p90")
    if median is None or slow is None:
        return nothing(column)
    values = [item.value for other in lane.cells for item in other.items]
    text = told(median, sheet.lang)
    n = f"n {count(median.n, sheet.lang, TINY, column.inner * 0.4)}"
    most = t("90% within {time}", sheet.lang, time=told(slow, sheet.lang))
    y = 21.0
    start, end = (_place(item.value, min(values), max(values)) * column.inner for item in (median, slow))
    shapes = [
        line(column.left, 13, text, STAGE),
        line(column.right, 13, n, TINY, "muted", end=True),
        el("rect", x=num(column.left), y=y, width=num(column.inner), height=TRACK, rx="1.75", class_=f"f-t{column.hue}"),
        el("rect", x=num(column.left + start), y=y, width=num(max(end - start, 2)), height=TRACK, class_=f"f-a{column.hue}", opacity="0.45"),
        el("rect", x=num(column.left + max(start - 1.5, 0)), y=y - 3, width="3", height=TRACK + 6, rx="1.5", class_=f"f-a{column.hue}"),
        line(column.left, 38, shorten(most, SMALL, column.inner), SMALL, "muted"),
    ]
    return Block(40, sheet.open(median.ref, *shapes))


def _place(seconds: float, shortest: float, longest: float) -> float:
    """Where a length of time stands between a third of the shortest and the longest, on a logarithmic scale."""
    low = max(shortest, 1.0) / 3
    return min(log(max(seconds, 1.0) / low) / log(max(longest, 60.0) / low), 1.0)
