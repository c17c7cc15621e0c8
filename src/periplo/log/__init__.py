"""log.db: the append-only log of live events, the one sequence of the shop, and the quarantine."""

from periplo.log.database import Database
from periplo.log.log import Key, Log, open_log
from periplo.log.quarantine import Quarantine, Reading, Reject

__all__ = ["Database", "Key", "Log", "Quarantine", "Reading", "Reject", "open_log"]
