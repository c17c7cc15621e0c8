"""Backups: a folder of whole shops, each with a manifest of what is in it. What is in one is erased there too."""

from periplo.workspace.backup.erasing import erase_in
from periplo.workspace.backup.making import back_up
from periplo.workspace.backup.manifest import Backup, backups
from periplo.workspace.backup.restoring import restore
from periplo.workspace.backup.targets import Targets

__all__ = ["Backup", "Targets", "back_up", "backups", "erase_in", "restore"]
