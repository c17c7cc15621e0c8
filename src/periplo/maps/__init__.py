"""Journey maps: a text file bound to data, read into plain numbers, drawn as one picture, written in many forms."""

from periplo.maps.definition import MapDefinition, templates
from periplo.maps.drawing import draw, font_css, pages
from periplo.maps.files import SUFFIXES, export, paper_css, printed, rendered
from periplo.maps.live import behind, read, stage_flow
from periplo.maps.reading import Cell, Item, LaneReading, MapReading, StageReading
from periplo.maps.words import Words

__all__ = [
    "SUFFIXES",
    "Cell",
    "Item",
    "LaneReading",
    "MapDefinition",
    "MapReading",
    "StageReading",
    "Words",
    "behind",
    "draw",
    "export",
    "font_css",
    "pages",
    "paper_css",
    "printed",
    "read",
    "rendered",
    "stage_flow",
    "templates",
]
