"""Flows from column to column (a Sankey diagram). What ends leaves a node in red, what begins comes in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from periplo.analysis.charts.data import Flow, Flows, Node
from periplo.analysis.charts.sheet import INNER, Block, told
from periplo.drawing.shapes import path, rect
from periplo.drawing.svg import el, num, written
from periplo.drawing.text import SMALL, STRONG, Style, line, shorten

HEADS, DEEP, THICK = 26.0, 330.0, 9.0
SLOT, GAP = 30.0, 9.0  # px: the least height of a node with its two lines of text, and the room below it
STUB, THINNEST, DIM = 22.0, 0.8, 0.3


@dataclass
class _Placed:
    """A node where it stands; ``out`` and ``into`` are how much of its sides is taken."""

    node: Node
    x: float
    y: float
    room: float
    out: float = field(default=0.0)
    into: float = field(default=0.0)

    @property
    def colour(self) -> str:
        return f"a{self.node.hue}" if self.node.hue else "open"


def paint(chart: Flows, lang: str) -> Block:
    columns = max(len(chart.columns), 1)
    wide = INNER / columns
    most = max((sum(node.size for node in nodes) for _, nodes in _columns(chart.nodes)), default=0.0)
    scale = DEEP / most if most else 0.0
    placed, bottom = _places(chart.nodes, wide, scale)
    shapes = [_heads(chart.columns, wide)]
    shapes += [_band(flow, placed, wide, scale) for flow in _in_order(chart.flows, placed)]
    shapes += [_node(each, scale) for each in placed]
    return Block(bottom, "".join(shapes))


def _columns(nodes: Sequence[Node]) -> list[tuple[int, list[Node]]]:
    ordered = sorted(nodes, key=lambda node: node.column)
    return [(column, list(found)) for column, found in groupby(ordered, key=lambda node: node.column)]


def _places(nodes: Sequence[Node], wide: float, scale: float) -> tuple[list[_Placed], float]:
    """Where each node stands, in their order below each other in its column; and the lowest y."""
    lows: dict[int, float] = {}
    placed = []
    for node in nodes:
        y = lows.get(node.column, HEADS)
        placed.append(_Placed(node, node.column * wide, y, wide - THICK - 14))
        lows[node.column] = y + max(node.size * scale, SLOT) + GAP
    return placed, max(lows.values(), default=HEADS)


def _in_order(flows: Sequence[Flow], placed: Sequence[_Placed]) -> list[Flow]:
    """From the top down on both sides, what begins and ends below all others; so bands cross little."""
    last = len(placed)

    def height(place: int | None) -> tuple[bool, float, int]:
        return place is None, 0.0 if place is None else placed[place].y, last if place is None else place

    return sorted(flows, key=lambda flow: (height(flow.origin), height(flow.target)))


def _band(flow: Flow, placed: Sequence[_Placed], wide: float, scale: float) -> str:
    thick = flow.size * scale
    out = inn = None
    if flow.origin is not None:
        here = placed[flow.origin]
        out, here.out = here.y + here.out, here.out + thick
    if flow.target is not None:
        there = placed[flow.target]
        inn, there.into = there.y + there.into, there.into + thick
    thin = max(thick, THINNEST)
    if out is not None and inn is not None:
        return told(flow.tip, _ribbon(here.x + THICK, out, there.x, inn, thin, here.colour))
    if out is not None:
        return told(flow.tip, _stub(here.x + THICK, out, thin, STUB, "drop"))
    return told(flow.tip, _stub(there.x, inn or 0.0, thin, -STUB / 2, "open"))


def _ribbon(x: float, y: float, x2: float, y2: float, thick: float, colour: str) -> str:
    middle = (x + x2) / 2
    over = ("M", x, y, "C", middle, y, middle, y2, x2, y2, "v", thick)
    under = ("C", middle, y2 + thick, middle, y + thick, x, y + thick, "Z")
    return el("path", d=path(*over, *under), class_=f"f-{colour}", opacity=num(DIM))


def _stub(x: float, y: float, thick: float, reach: float, colour: str) -> str:
    """A short band that goes no further."""
    bend, turn = min(6.0, thick / 2), 6.0 if reach > 0 else -6.0
    end = ("h", reach - turn, "q", turn, 0.0, turn, bend, "v", thick - 2 * bend, "q", 0.0, bend, -turn, bend)
    return el("path", d=path("M", x, y, *end, "H", x, "Z"), class_=f"f-{colour}", opacity=num(DIM + 0.1))


def _heads(heads: Sequence[str], wide: float) -> str:
    return "".join(line(k * wide, 12, shorten(head, SMALL, wide - 8), SMALL, "muted") for k, head in enumerate(heads))


def _node(placed: _Placed, scale: float) -> str:
    node = placed.node
    bar = rect(placed.x, placed.y, THICK, max(node.size * scale, 2.0), placed.colour, round_=2)
    x = placed.x + THICK + 6
    name = _over(x, placed.y + 11, shorten(node.label, STRONG, placed.room), STRONG, "ink")
    return told(f"{node.label}: {node.said}", bar, name, _over(x, placed.y + 24.5, node.said, SMALL, "muted"))


def _over(x: float, y: float, text: str, style: Style, colour: str) -> str:
    """A text upon bands, with a rim of the ground's colour that keeps it readable."""
    rim = {"x": num(x), "y": num(y), "stroke_width": "3", "stroke_linejoin": "round", "stroke_opacity": "0.75"}
    return el("text", written(text), class_=f"{style.name} f-{colour} s-bg", paint_order="stroke", **rim)
