"""A list of what happened most: name, count, and a bar for its share; all others together in a last entry."""

from __future__ import annotations

from functools import partial

from periplo.drawing.shapes import rect
from periplo.drawing.text import BODY, SMALL, STRONG, line, paragraph, shorten, tooltip, wrap
from periplo.language import percent
from periplo.maps.drawing.grid import grid
from periplo.maps.drawing.sheet import Block, Column, Sheet
from periplo.maps.drawing.values import count, told
from periplo.maps.reading import Cell, Item, LaneReading

TRACK = 3.5
NARROW = 150.0  # px; in less than this a name may take three lines
TIGHT = 13.5  # leading of a name on two lines


def ranking(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """The list of one cell."""
    return grid(cell.items, column, 7, sheet.room, partial(_entry, sheet))


def _entry(sheet: Sheet, item: Item, column: Column) -> Block:
    return _others(sheet, item, column) if item.what == "other" else _row(sheet, item, column)


def _row(sheet: Sheet, item: Item, column: Column) -> Block:
    """Name and count, the bar below them."""
    value = count(item.value, sheet.lang, STRONG, column.inner * 0.4)
    rows = wrap(
        item.label.tell(sheet.lang), BODY, column.inner - STRONG.width(value) - 7, 2 if column.inner > NARROW else 3
    )
    below = 15.0 + (len(rows) - 1) * TIGHT
    shapes = sheet.open(
        item.ref,
        _tip(sheet, item),
        paragraph(column.left, 11, rows, BODY, leading=TIGHT),
        line(column.right, 11, value, STRONG, end=True),
        bar(column, below, item.share or 0.0),
    )
    return Block(below + TRACK, shapes)


def _others(sheet: Sheet, item: Item, column: Column) -> Block:
    """All others together: no bar, since they are many."""
    value = count(item.value, sheet.lang, SMALL, column.inner * 0.4)
    name = shorten(item.label.tell(sheet.lang), SMALL, column.inner - SMALL.width(value) - 7)
    shapes = sheet.open(
        item.ref,
        _tip(sheet, item),
        line(column.left, 11, name, SMALL, "muted"),
        line(column.right, 11, value, SMALL, "muted", end=True),
    )
    return Block(14, shapes)


def bar(column: Column, y: float, share: float, colour: str = "") -> str:
    """A track over the whole cell, filled for ``share`` of it."""
    track = rect(column.left, y, column.inner, TRACK, f"t{column.hue}", round_=1.75)
    if not share:
        return track
    filled = max(min(share, 1.0) * column.inner, 3)
    return track + rect(column.left, y, filled, TRACK, colour or f"a{column.hue}", round_=1.75)


def _tip(sheet: Sheet, item: Item) -> str:
    share = percent(item.share or 0.0, sheet.lang)
    return tooltip(f"{item.label.tell(sheet.lang)}: {told(item, sheet.lang)} ({share})")
