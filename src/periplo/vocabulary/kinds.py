"""What the vocabulary files say, as plain data."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from periplo.language import Lang


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something with a name on screen in both languages."""

    en: str
    es: str

    def label(self, lang: Lang) -> str:
        return self.es if lang == "es" else self.en


class EventKind(Named, frozen=True, kw_only=True):
    """A canonical event.

    ``contact``  the kind of contact; with the channel it makes the touchpoint
    ``stage``    the default stage, empty where the event alone does not tell
    ``channel``  the event's own channel (an email click is in email), empty where it may be any
    ``money``    "in" where revenue is earned, "out" where it is given back, else empty
    ``touch``    False where the customer is not in contact with the shop
    """

    contact: str = "other"
    stage: str = ""
    channel: str = ""
    money: Literal["", "in", "out"] = ""
    touch: bool = True


class ChannelKind(Named, frozen=True, kw_only=True):
    """A channel. ``at`` is how Spanish names it in a touchpoint; ``aliases`` are other words for it."""

    at: str = ""
    aliases: tuple[str, ...] = ()


class ContactKind(Named, frozen=True, kw_only=True):
    """A kind of contact."""


class PropertyKind(Named, frozen=True, kw_only=True):
    """A property of events."""


class PurposeKind(Named, frozen=True, kw_only=True):
    """What consent is given for. ``aliases`` are other words for it; ``traits`` tell consent for a channel."""

    aliases: tuple[str, ...] = ()
    traits: dict[str, str] = {}


class StageKind(Named, frozen=True, kw_only=True):
    """A default stage. Predicates (as data): ``also`` of events it holds besides its own, ``but_not`` of others."""

    also: tuple[dict[str, Any], ...] = ()
    but_not: tuple[dict[str, Any], ...] = ()


class ChannelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All keys must fit, any value of a key may; ``*`` stands for any characters. No key: fits always."""

    channel: str
    click_id: tuple[str, ...] = ()
    medium: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    referrer: tuple[str, ...] = ()
    library: tuple[str, ...] = ()
    type: tuple[str, ...] = ()


class Growth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer who gains so many identifiers, or has so many events, within so many hours may be several people."""

    identifiers: int = 10
    events: int = 2_000
    within_hours: int = 24


class Identifiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which values are never an identifier, and how many of a kind one customer may have."""

    never: tuple[str, ...]
    limits: dict[str, int]
    priority: tuple[str, ...]
    shared_device_user_ids: int
    alarms: Growth = Growth()
