"""Hand-written lanes: short texts, broken into lines."""

from __future__ import annotations

from periplo.drawing.shapes import dot
from periplo.drawing.svg import el, group
from periplo.drawing.text import BODY, paragraph, tooltip, wrap
from periplo.language import Lang
from periplo.maps.drawing.sheet import Block, Column, Sheet
from periplo.maps.reading import Cell, LaneReading

LINES = 7
BETWEEN = 5.0
_QUOTES: dict[Lang, tuple[str, str]] = {"en": ("“", "”"), "es": ("«", "»")}


def notes(lane: LaneReading, cell: Cell, sheet: Sheet, column: Column) -> Block:
    """The notes of a cell; several get a dot each, thoughts get quotes."""
    y, shapes = 0.0, []
    for note in cell.notes:
        text = note.tell(sheet.lang)
        if lane.id == "thoughts" and text:
            text = text.join(_QUOTES[sheet.lang])
        block = _note(text, column, dotted=len(cell.notes) > 1)
        shapes.append(group(block.shapes, y=y))
        y += block.height + BETWEEN
    return Block(max(y - BETWEEN, 0), "".join(shapes))


def _note(text: str, column: Column, *, dotted: bool) -> Block:
    indent = 10.0 if dotted else 0.0
    rows = wrap(text, BODY, column.inner - indent, LINES)
    shapes = paragraph(column.left + indent, 11, rows, BODY)
    if dotted:
        shapes += dot(column.left + 3, 7, 2, f"a{column.hue}")
    if rows and rows[-1].endswith("…") and not text.endswith("…"):
        shapes = el("g", tooltip(text), shapes)
    return Block(len(rows) * BODY.leading - 1, shapes)
