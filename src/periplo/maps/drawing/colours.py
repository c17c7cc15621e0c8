"""Arithmetic of colours, as charts do it."""

from periplo.analysis.charts.colours import contrast, mix

__all__ = ["contrast", "mix"]
