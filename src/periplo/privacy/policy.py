"""What a shop keeps of what it collects, and what becomes of an event for which somebody has not consented."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

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
    """The table ``[privacy]`` of ``periplo.toml``."""

    purpose: Annotated[str, Meta(description="the [purpose](vocabulary.md#consent) that visits are collected for")] = (
        "analytics"
    )
    denied: Annotated[Action, Meta(description="what becomes of an event when that was denied")] = "cookieless"
    pending: Annotated[Action, Meta(description="… while it was asked and not answered")] = "cookieless"
    unknown: Annotated[Action, Meta(description="… when nobody said anything of it")] = "keep"
    ip: Annotated[Detail, Meta(description="what is kept of IP addresses in the context of events")] = "truncate"
    user_agent: Annotated[Detail, Meta(description="what is kept of user agents")] = "truncate"
    pseudonymous: Annotated[
        bool,
        Meta(description="names, identifiers and order numbers are shown as pseudonyms, and cannot be searched"),
    ] = False
    refuse_erased: Annotated[
        bool, Meta(description="events of a person from before their erasure do not come back with an old file")
    ] = True
    sources: Annotated[
        dict[str, SourcePolicy],
        Meta(
            description="other rules for a source: `[privacy.sources.NAME]` with `granted`, `denied`, `pending`, "
            "`unknown`"
        ),
    ] = {}

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
