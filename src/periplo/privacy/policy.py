"""What a shop keeps of what it collects, and what becomes of an event for which somebody has not consented."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from periplo.privacy.consent import State

Action = Literal["keep", "cookieless", "drop"]
"""``keep`` as it is; ``cookieless``: counted, under a name that lives for a day; ``drop``: not taken."""

Detail = Literal["keep", "truncate", "drop"]


class SourcePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the events of one source; None: as the shop's own settings say."""

    granted: Action | None = None
    denied: Action | None = None
    pending: Action | None = None
    unknown: Action | None = None


class Privacy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[privacy]`` of ``periplo.toml``.

    ``purpose``: what a visit is collected for. ``denied``, ``pending``, ``unknown`` (nobody said anything): what
    becomes of an event then. ``ip``, ``user_agent``: what is kept of them. ``pseudonymous``: nobody sees who a
    customer is. ``refuse_erased``: what was erased does not come back with an old file. ``sources``: other rules for
    some sources.
    """

    purpose: str = "analytics"
    denied: Action = "cookieless"
    pending: Action = "cookieless"
    unknown: Action = "keep"
    ip: Detail = "truncate"
    user_agent: Detail = "truncate"
    pseudonymous: bool = False
    refuse_erased: bool = True
    sources: dict[str, SourcePolicy] = {}

    def policy(self, source: str) -> Policy:
        """What holds for the events of a source."""
        own = self.sources.get(source, SourcePolicy())
        return Policy(
            granted=own.granted or "keep",
            denied=own.denied or self.denied,
            pending=own.pending or self.pending,
            unknown=own.unknown or self.unknown,
        )


class Policy(NamedTuple):
    """What becomes of events, by the state of consent."""

    granted: Action
    denied: Action
    pending: Action
    unknown: Action

    def decide(self, told: State | None, known: State | None = None) -> Action:
        """``told``: what the event itself says; it holds before what was ``known``. None: nothing was said."""
        action: Action = getattr(self, told or known or "unknown")
        return action
