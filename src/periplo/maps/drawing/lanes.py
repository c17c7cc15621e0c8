"""The rows of the map: a name at the left, a cell under each stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from periplo.drawing.shapes import rule
from periplo.drawing.svg import el, group
from periplo.drawing.text import STRONG, TINY, paragraph, tooltip, wrap
from periplo.language import t
from periplo.maps.drawing import cells, written
from periplo.maps.drawing.icons import icon
from periplo.maps.drawing.mood import curve
from periplo.maps.drawing.ranking import ranking
from periplo.maps.drawing.river import river
from periplo.maps.drawing.sheet import AROUND, MARGIN, Block, Column, Sheet
from periplo.maps.reading import Cell, Drawn, LaneReading

CellPainter = Callable[[LaneReading, Cell, Sheet, Column], Block]
LanePainter = Callable[[LaneReading, Sheet], Block]

_CELLS: Mapping[Drawn, CellPainter] = {
    "ranking": ranking,
    "rate": cells.rate,
    "time": cells.time,
    "measures": cells.measures,
    "notes": written.notes,
}
_WHOLE: Mapping[Drawn, LanePainter] = {"flow": river, "curve": curve}


def lane(reading: LaneReading, sheet: Sheet) -> Block:
    """One lane with its rule above, its name and its cells."""
    name = _name(reading, sheet)
    painter = _WHOLE.get(reading.drawn)
    inside = painter(reading, sheet) if painter else _row(reading, sheet)
    height = max(name.height, inside.height) + 2 * AROUND
    shapes = group(name.shapes, y=AROUND) + group(inside.shapes, y=AROUND)
    return Block(height, _rule(reading, sheet) + el("g", shapes, class_="lane", data_lane=reading.id))


def _row(reading: LaneReading, sheet: Sheet) -> Block:
    """The cells side by side, each free to be as high as the highest needs to be."""
    needed = _cells(reading, sheet)
    room = max(block.height for block in needed)
    blocks = _cells(reading, replace(sheet, room=room)) if len(sheet.columns[0].split()) > 1 else needed
    shapes = (
        el("g", block.shapes, data_lane=reading.id, data_stage=cell.stage)
        for block, cell in zip(blocks, reading.cells, strict=True)
    )
    return Block(room, "".join(shapes))


def _cells(reading: LaneReading, sheet: Sheet) -> list[Block]:
    paint = _CELLS[reading.drawn]
    return [
        paint(reading, cell, sheet, column) if cell.items or cell.notes else cells.nothing(column)
        for cell, column in zip(reading.cells, sheet.columns, strict=True)
    ]


def _name(reading: LaneReading, sheet: Sheet) -> Block:
    """Icon, name and what is counted, in the column at the left."""
    room = sheet.side - (44 if reading.drawn == "curve" else 24)  # the curve has its scale there
    names = wrap(reading.label.tell(sheet.lang), STRONG, room, 3)
    captions = wrap(reading.caption.tell(sheet.lang), TINY, room, 3)
    x, y = MARGIN + 24, 11.0
    shapes = icon(reading.id, MARGIN, -1) + paragraph(x, y, names, STRONG)
    y += len(names) * STRONG.leading - 1
    shapes += paragraph(x, y, captions, TINY, "muted")
    return Block(y + len(captions) * TINY.leading - 8, shapes)


def _rule(reading: LaneReading, sheet: Sheet) -> str:
    """A hairline above the lane; the backstage lies below the line of visibility."""
    left, right = MARGIN, sheet.width - MARGIN
    if reading.id != "backstage":
        return rule(left, right, 0)
    return el("g", tooltip(t("line of visibility", sheet.lang)), rule(left, right, 0, "rule", "5 4"))
