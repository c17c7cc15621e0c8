"""The composition root: opens a shop by its path and hands out its parts."""

from typing import TYPE_CHECKING, Any

from periplo.workspace.arriving import SourceReport
from periplo.workspace.backup import Backup, backups, erase_in, restore
from periplo.workspace.checking import check
from periplo.workspace.doctor import Finding
from periplo.workspace.erasing import Foreseen
from periplo.workspace.exporting import write as write_export
from periplo.workspace.exporting import zipped as zipped_export
from periplo.workspace.filters import Filters
from periplo.workspace.identities import Identities
from periplo.workspace.library import open, read
from periplo.workspace.likeness import Likeness
from periplo.workspace.people import Found
from periplo.workspace.segments import Segment
from periplo.workspace.settings import Settings
from periplo.workspace.shop import Shop
from periplo.workspace.standing import standing_still
from periplo.workspace.supposing import Change, Party

if TYPE_CHECKING:
    from periplo.workspace.importing import ImportReport
    from periplo.workspace.spark import on_spark

__all__ = [
    "Backup",
    "Change",
    "Filters",
    "Finding",
    "Foreseen",
    "Found",
    "Identities",
    "ImportReport",
    "Likeness",
    "Party",
    "Segment",
    "Settings",
    "Shop",
    "SourceReport",
    "backups",
    "check",
    "erase_in",
    "on_spark",
    "open",
    "read",
    "restore",
    "standing_still",
    "write_export",
    "zipped_export",
]


def __getattr__(name: str) -> Any:
    """What only imports and Spark need is loaded when it is first asked for."""
    if name == "ImportReport":
        from periplo.workspace.importing import ImportReport

        return ImportReport
    if name == "on_spark":
        from periplo.workspace.spark import on_spark

        return on_spark
    raise AttributeError(name)
