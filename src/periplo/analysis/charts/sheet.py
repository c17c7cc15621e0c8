"""The sheet that charts are drawn on: its measures, and a piece of drawing with its height."""

from __future__ import annotations

from typing import NamedTuple

from periplo.drawing.svg import el
from periplo.drawing.text import Style, line, shorten, tooltip

WIDTH, MARGIN = 960.0, 28.0
INNER = WIDTH - 2 * MARGIN


class Block(NamedTuple):
    """Shapes from y 0 down to ``height`` (px), x from 0 to ``INNER``."""

    height: float
    shapes: str


def told(tip: str, *shapes: str) -> str:
    """Shapes that say more on pointing at them."""
    return el("g", tooltip(tip), *shapes) if tip else "".join(shapes)


def label(x: float, y: float, text: str, style: Style, most: float, colour: str = "ink") -> str:
    """A text that ends at ``x``, shortened to ``most``."""
    return line(x, y, shorten(text, style, most), style, colour, end=True)


def widest(texts: list[str], style: Style, most: float) -> float:
    """The width of the widest text, no more than ``most``."""
    return min(max(map(style.width, texts), default=0.0), most)
