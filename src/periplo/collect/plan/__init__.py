"""The tracking plan: what each event should say, as JSON Schemas in files, ours and over them a shop's own.

``files`` loads it; only what settings name is loaded with the room.
"""

from periplo.collect.plan.settings import Mode, PlanSettings

__all__ = ["Mode", "PlanSettings"]
