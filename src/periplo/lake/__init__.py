"""The archive of events: a Delta table with one atomic commit per import."""

from periplo.lake.lake import Lake

__all__ = ["Lake"]
