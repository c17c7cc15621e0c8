"""The archive of events: a Delta table with one atomic commit per import."""

from periplo.lake.lake import Lake, Snapshot, one_of
from periplo.lake.seen import ArchivedKeys

__all__ = ["ArchivedKeys", "Lake", "Snapshot", "one_of"]
