"""Writing SVG, as charts do."""

from periplo.analysis.charts.svg import clean, el, group, num, written

__all__ = ["clean", "el", "group", "num", "written"]
