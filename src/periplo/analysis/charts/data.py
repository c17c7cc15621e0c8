"""What a chart shows, as plain data: texts in the reader's language, numbers as numbers."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Unit = Literal["number", "share", "seconds"]


class Bar(msgspec.Struct, frozen=True):
    """One bar. ``said``: its number in words; ``value`` may be below zero, None draws no bar; ``low`` to ``high`` is
    the interval around it; a ``quiet`` bar is grey: all others, or nothing further."""

    label: str
    said: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    quiet: bool = False


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers to compare, one under the other. ``most``: the value of a whole bar, by default the largest."""

    title: str
    bars: list[Bar]
    most: float | None = None


class Cell(msgspec.Struct, frozen=True):
    """One cell. ``value`` None is an empty one; ``tip`` is told on pointing at it; ``faint``: not over, or too few."""

    value: float | None = None
    said: str = ""
    tip: str = ""
    faint: bool = False


class Row(msgspec.Struct, frozen=True):
    """A row of a heatmap; ``said``: a number of the whole row, such as its customers."""

    label: str
    cells: list[Cell]
    said: str = ""


class Heatmap(msgspec.Struct, frozen=True, kw_only=True):
    """A matrix, the darker the more: from 0 to ``most`` (by default the largest value). Values below zero are red.

    ``head`` names the rows; ``marked`` is the column that the others are aligned on.
    """

    title: str
    columns: list[str]
    rows: list[Row]
    head: str = ""
    most: float | None = None
    marked: int | None = None


class Series(msgspec.Struct, frozen=True):
    """A line, one value per point of the chart; None is a gap. Points from ``sure`` on are drawn as not over yet."""

    name: str
    values: list[float | None]
    sure: int | None = None


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers over time, or over anything that goes on: ``points`` are the texts below, ``unit`` how numbers read."""

    title: str
    points: list[str]
    series: list[Series]
    unit: Unit = "number"


class Node(msgspec.Struct, frozen=True):
    """What flows meet at: it stands in ``column``. ``hue`` 1 to 8, or 0 for grey."""

    column: int
    label: str
    said: str
    size: float
    hue: int = 0


class Flow(msgspec.Struct, frozen=True):
    """From one node to another (places in the list of nodes); ``target`` None ends there, ``origin`` None begins."""

    origin: int | None
    target: int | None
    size: float
    tip: str = ""


class Flows(msgspec.Struct, frozen=True, kw_only=True):
    """Flows from column to column (a Sankey diagram); ``columns`` are the heads above them."""

    title: str
    columns: list[str]
    nodes: list[Node]
    flows: list[Flow]


Chart: TypeAlias = Bars | Heatmap | Lines | Flows
