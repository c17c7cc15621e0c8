"""Roboto, as charts carry it."""

from periplo.analysis.charts.typeface import FAMILY, FOLDER, Weight, font_css, roboto_has, width

__all__ = ["FAMILY", "FOLDER", "Weight", "font_css", "roboto_has", "width"]
