"""The composition root: opens a shop by its path and hands out its parts."""

from typing import TYPE_CHECKING, Any

from periplo.workspace.doctor import Finding
from periplo.workspace.filters import Filters
from periplo.workspace.library import open, read
from periplo.workspace.segments import Segment
from periplo.workspace.settings import Settings
from periplo.workspace.shop import Shop

if TYPE_CHECKING:
    from periplo.workspace.importing import ImportReport

__all__ = ["Filters", "Finding", "ImportReport", "Segment", "Settings", "Shop", "open", "read"]


def __getattr__(name: str) -> Any:
    """What only imports need is loaded when it is first asked for."""
    if name != "ImportReport":
        raise AttributeError(name)
    from periplo.workspace.importing import ImportReport

    return ImportReport
