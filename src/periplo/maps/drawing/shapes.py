"""The few shapes the map is made of, the same as those of charts."""

from periplo.analysis.charts.shapes import dot, fill, gradient, path, rect, rule, shade, stroke

__all__ = ["dot", "fill", "gradient", "path", "rect", "rule", "shade", "stroke"]
