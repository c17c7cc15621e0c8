"""Questions about journeys, one module each, and ``Journeys``, the face they are asked through."""

from periplo.analysis.face import Journeys
from periplo.analysis.result import Count, Definition, Evidence, Result, Shown, TouchCount

__all__ = ["Count", "Definition", "Evidence", "Journeys", "Result", "Shown", "TouchCount"]
