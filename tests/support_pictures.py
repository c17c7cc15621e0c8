"""Reads a drawn map back: every text with the box it covers, measured with Roboto."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, takewhile
from xml.etree import ElementTree as ET

from periplo.drawing.text import STYLES
from periplo.drawing.typeface import width

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {style.name: style for style in STYLES}


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        apart = self.right <= other.left + 0.3 or other.right <= self.left + 0.3
        return not apart and self.top + 0.5 < other.bottom and other.top + 0.5 < self.bottom


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(element: ET.Element, dx: float = 0.0, dy: float = 0.0) -> list[Box]:
    """The boxes of all texts below an element, in px of the whole picture."""
    moved = re.match(r"translate\((\S+?)[ ,](\S+?)\)", element.get("transform", ""))
    if moved:
        dx, dy = dx + float(moved[1]), dy + float(moved[2])
    if element.tag == f"{SVG}text":
        return [box(element, dx, dy)]
    return [found for child in element for found in texts(child, dx, dy)]


def box(element: ET.Element, dx: float, dy: float) -> Box:
    style = SIZES[element.get("class", "").split()[0]]
    said = "".join(element.itertext())
    wide = width(said, style.size, style.weight)
    x, y = dx + float(element.get("x", 0)), dy + float(element.get("y", 0))
    left = x - wide if element.get("text-anchor") == "end" else x
    return Box(said, left, y - style.size * 0.74, left + wide, y + style.size * 0.2)


def overlaps(boxes: list[Box]) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other."""
    rows = sorted(boxes, key=lambda one: one.top)
    return [
        (row.text, other.text)
        for place, row in enumerate(rows)
        for other in takewhile(lambda below, row=row: below.top < row.bottom, islice(rows, place + 1, None))
        if row.meets(other)
    ]


def picture_size(svg: str) -> tuple[float, float]:
    found = re.search(r'viewBox="0 0 (\S+) (\S+?)"', svg)
    assert found
    return float(found[1]), float(found[2])
