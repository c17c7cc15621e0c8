"""What a shop does with events that are not as its plan says."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Mode = Literal["off", "warn", "quarantine"]


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[plan]`` of ``periplo.toml``.

    ``off``: nobody looks; ``warn``: they are taken, and counted; ``quarantine``: they are kept until somebody mends
    them.
    """

    mode: Annotated[Mode, Meta(description="what happens to events that are not as planned")] = "off"
    sources: Annotated[
        dict[str, Mode], Meta(description="another mode for a source: `[plan.sources]`, `NAME = MODE`")
    ] = {}

    def of(self, source: str) -> Mode:
        """What holds for the events of a source."""
        return self.sources.get(source, self.mode)

    def uses(self, mode: Mode) -> bool:
        """Whether some source is in this mode."""
        return mode in (self.mode, *self.sources.values())
