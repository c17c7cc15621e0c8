"""The archive of events: a Delta table with one atomic commit per import."""

from periplo.lake.lake import Lake, Snapshot, one_of

__all__ = ["Lake", "Snapshot", "one_of"]
