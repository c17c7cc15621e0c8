"""log.db: the append-only log of live events, the one sequence of the shop, its sources, and the quarantine."""

from periplo.log.archive import Archive, Key
from periplo.log.clock import ClockNotes
from periplo.log.database import Database
from periplo.log.kept import Kept
from periplo.log.log import Log, open_log
from periplo.log.quarantine import Quarantine
from periplo.log.reading import Refusal, Tail
from periplo.log.received import Receipt, Received
from periplo.log.rejects import Fault, Reading, Reject, as_bytes, as_text
from periplo.log.sources import KnownSources, Source, Sources
from periplo.log.tallies import Tallies, Tally

__all__ = [
    "Archive",
    "ClockNotes",
    "Database",
    "Fault",
    "Kept",
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
    "Tallies",
    "Tally",
    "as_bytes",
    "as_text",
    "open_log",
]
