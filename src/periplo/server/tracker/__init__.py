"""The tracker's script, built from ``tracker/`` and kept here, so that serving it needs nothing that built it."""

from periplo.server.tracker.script import SCRIPT, periplo_js

__all__ = ["SCRIPT", "periplo_js"]
