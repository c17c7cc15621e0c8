"""log.db: the append-only log of live events, the one sequence of the shop, its sources, and the quarantine."""

from periplo.log.archive import Archive, Key
from periplo.log.database import Database
from periplo.log.log import Log, open_log
from periplo.log.quarantine import Fault, Quarantine, Reading, Reject
from periplo.log.reading import Refusal, Tail
from periplo.log.received import Receipt, Received
from periplo.log.sources import KnownSources, Source, Sources

__all__ = [
    "Archive",
    "Database",
    "Fault",
    "Key",
    "KnownSources",
    "Log",
    "Quarantine",
    "Reading",
    "Receipt",
    "Received",
    "Refusal",
    "Reject",
    "Source",
    "Sources",
    "Tail",
    "open_log",
]
