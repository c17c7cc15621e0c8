"""Entries of a cell: one under the other, or in a wide cell beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from periplo.drawing.svg import group
from periplo.maps.drawing.sheet import Block, Column
from periplo.maps.reading import Item

Painter = Callable[[Item, Column], Block]


def grid(items: Sequence[Item], column: Column, between: float, room: float, paint: Painter) -> Block:
    """All entries, row by row; ``between`` is the distance of two rows.

    One column where that is no higher than ``room``, else in whatever number of columns is lowest.
    """
    parts = column.split()
    ways = [(column,), parts] if len(parts) > 1 else [(column,)]
    blocks = [_rows(items, way, between, paint) for way in ways]
    return next((block for block in blocks if block.height <= room), min(blocks, key=lambda block: block.height))


def _rows(items: Sequence[Item], parts: Sequence[Column], between: float, paint: Painter) -> Block:
    y, shapes = 0.0, []
    for first in range(0, len(items), len(parts)):
        row = [paint(item, part) for item, part in zip(items[first:], parts, strict=False)]
        shapes += [group(block.shapes, y=y) for block in row]
        y += max(block.height for block in row) + between
    return Block(max(y - between, 0), "".join(shapes))
