"""One cell of a computed lane: a rate, a length of time, or key figures."""

from __future__ import annotations

from functools import partial
from math import log

from periplo.drawing.shapes import rect
from periplo.drawing.text import BODY, SMALL, STAGE, TINY, line, paragraph, shorten, tooltip, wrap
from periplo.language import number, t
from periplo.maps.drawing.grid import grid
from periplo.maps.drawing.ranking import TRACK, bar
from periplo.maps.drawing.sheet import Block, Column, Sheet
from periplo.maps.drawing.values import compact, count, shown, told
from periplo.maps.reading import Cell, Item, LaneReading


def nothing(column: Column) -> Block:
    return Block(16, line(column.left, 11, "–", BODY, "muted"))


def rate(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """A share in large, its bar, and how many of how many."""
    item = cell.items[0]
    text = told(item, sheet.lang)
    shapes = sheet.open(
        item.ref,
        line(column.left, 13, text, STAGE, "drop"),
        line(column.right, 13, _of(item, sheet, column.inner - STAGE.width(text) - 8), TINY, "muted", end=True),
        bar(column, 20, item.value, "drop"),
    )
    return Block(24, shapes)


def _of(item: Item, sheet: Sheet, room: float) -> str:
    """``1,248 of 36,856``, in compact numbers where that is too wide."""
    for write in (number, compact):
        n, total = (write(each, sheet.lang) for each in (round(item.value * item.n), item.n))
        text = t("{n} of {total}", sheet.lang, n=n, total=total)
        if TINY.width(text) <= room:
            return text
    return shorten(text, TINY, room)


def measures(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Key figures: value, the n it rests on, and its name."""
    return grid(cell.items, column, 9, sheet.room, partial(_measure, sheet))


def _measure(sheet: Sheet, item: Item, column: Column) -> Block:
    n = f"n {count(item.n, sheet.lang, TINY, column.inner * 0.3)}"
    beside = column.inner - TINY.width(n) - 8
    value = shown(item, sheet.lang, STAGE, beside)
    fits = STAGE.width(value) <= beside
    name = item.label.tell(sheet.lang)
    rows = wrap(name, SMALL, column.inner if fits else beside, 2)
    shapes = sheet.open(
        item.ref,
        tooltip(f"{name}: {told(item, sheet.lang)} (n {number(item.n, sheet.lang)})"),
        line(column.left, 12, shorten(value, STAGE, column.inner), STAGE),
        line(column.right, 12 if fits else 25.5, n, TINY, "muted", end=True),
        paragraph(column.left, 25.5, rows, SMALL, "muted"),
    )
    return Block(27 + (len(rows) - 1) * SMALL.leading, shapes)


def time(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Median in large; a bar from the median to the ninth decile on a scale all stages share."""
    median, slow = cell.item("median"), cell.item("p90")
    if median is None or slow is None:
        return nothing(column)
    values = [item.value for other in lane.cells for item in other.items]
    start, end = (_place(item.value, min(values), max(values)) * column.inner for item in (median, slow))
    n = f"n {count(median.n, sheet.lang, TINY, column.inner * 0.4)}"
    most = t("90% within {time}", sheet.lang, time=told(slow, sheet.lang))
    shapes = (
        line(column.left, 13, told(median, sheet.lang), STAGE),
        line(column.right, 13, n, TINY, "muted", end=True),
        _span(column, 21.0, start, end),
        line(column.left, 38, shorten(most, SMALL, column.inner), SMALL, "muted"),
    )
    return Block(40, sheet.open(median.ref, *shapes))


def _span(column: Column, y: float, start: float, end: float) -> str:
    """A track, pale from ``start`` to ``end`` px of it, with a mark at ``start``."""
    accent = f"a{column.hue}"
    pale = rect(column.left + start, y, max(end - start, 2), TRACK, accent, opacity=0.45)
    notch = rect(column.left + max(start - 1.5, 0), y - 3, 3, TRACK + 6, accent, round_=1.5)
    return bar(column, y, 0) + pale + notch


def _place(seconds: float, shortest: float, longest: float) -> float:
    """Where a length of time stands between a third of the shortest and the longest, on a logarithmic scale."""
    low = max(shortest, 1.0) / 3
    return min(log(max(seconds, 1.0) / low) / log(max(longest, 60.0) / low), 1.0)
