"""One cell of a computed lane: a short list, a rate, a length of time, or key figures."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from periplo.language import number, percent, t
from periplo.maps.drawing.shapes import rect
from periplo.maps.drawing.sheet import Block, Column, Sheet
from periplo.maps.drawing.svg import group
from periplo.maps.drawing.text import BODY, SMALL, STAGE, STRONG, TINY, line, paragraph, shorten, tooltip, wrap
from periplo.maps.drawing.values import count, shown, told
from periplo.maps.reading import Cell, Item, LaneReading

BETWEEN = 7.0  # px from the bar of one entry to the name of the next
TRACK = 3.5
TIGHT = 13.5  # leading of a name on two lines


def nothing(column: Column) -> Block:
    return Block(16, line(column.left, 11, "–", BODY, "muted"))


def ranking(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """Entries under each other: name, count, and a bar for their share; all others together in a last line."""
    listed = [item for item in cell.items if item.what != "other"]
    block = stacked([_rank(item, sheet, part) for item, part in dealt(listed, column)], column, BETWEEN)
    rest = cell.item("other")
    if rest is None:
        return block
    y = block.height + BETWEEN + (10 if listed else 0)
    value = count(rest.value, sheet.lang, SMALL, column.inner * 0.4)
    name = shorten(rest.label.tell(sheet.lang), SMALL, column.inner - SMALL.width(value) - 7)
    last = line(column.left, y, name, SMALL, "muted") + line(column.right, y, value, SMALL, "muted", end=True)
    return Block(y + 2, block.shapes + last)


def dealt(items: Sequence[Item], column: Column) -> list[tuple[Item, Column]]:
    """Each entry with its place: one under the other, or in a wide cell two beside each other."""
    parts = column.halves()
    return [(item, parts[index % len(parts)]) for index, item in enumerate(items)]


def stacked(blocks: Sequence[Block], column: Column, between: float) -> Block:
    """The blocks of ``dealt`` entries, row by row."""
    beside = len(column.halves())
    y, shapes = 0.0, []
    for first in range(0, len(blocks), beside):
        row = blocks[first : first + beside]
        shapes += [group(block.shapes, y=y) for block in row]
        y += max(block.height for block in row) + between
    return Block(max(y - between, 0), "".join(shapes))


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
    track = rect(column.left, y, column.inner, TRACK, f"t{column.hue}", round_=1.75)
    if not share:
        return track
    filled = max(min(share, 1.0) * column.inner, 3)
    return track + rect(column.left, y, filled, TRACK, colour or f"a{column.hue}", round_=1.75)


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
    """Key figures: value, the n it rests on, and its name."""
    return stacked([_measure(item, sheet, part) for item, part in dealt(cell.items, column)], column, 9)


def _measure(item: Item, sheet: Sheet, column: Column) -> Block:
    value = shown(item, sheet.lang, STAGE, column.inner * 0.62)
    n = f"n {count(item.n, sheet.lang, TINY, column.inner * 0.3)}"
    name = item.label.tell(sheet.lang)
    shapes = sheet.open(
        item.ref,
        tooltip(f"{name}: {told(item, sheet.lang)} (n {number(item.n, sheet.lang)})"),
        line(column.left, 12, value, STAGE),
        line(column.right, 12, n, TINY, "muted", end=True),
        line(column.left, 25.5, shorten(name, SMALL, column.inner), SMALL, "muted"),
    )
    return Block(27, shapes)


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
