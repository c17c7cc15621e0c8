"""The composition root: opens a shop by its path and hands out its parts."""

from periplo.workspace.doctor import Finding
from periplo.workspace.filters import Filters
from periplo.workspace.importing import ImportReport
from periplo.workspace.library import open, read
from periplo.workspace.segments import Segment
from periplo.workspace.settings import Settings
from periplo.workspace.shop import Shop

__all__ = ["Filters", "Finding", "ImportReport", "Segment", "Settings", "Shop", "open", "read"]
