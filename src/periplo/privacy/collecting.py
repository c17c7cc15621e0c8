"""Consent honoured at the door: which events come in, as they are or without saying whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from periplo.events.model import Event
from periplo.privacy.consent import UPDATED, State, consents_told, purpose_state
from periplo.privacy.contexts import fitted
from periplo.privacy.cookieless import Salts, visitor
from periplo.privacy.policy import Privacy
from periplo.vocabulary import Taxonomy

_SAY_WHO = ("identify", "alias", "group")
_NAMELESS = dict.fromkeys(("user_id", "loyalty_card", "email", "phone", "order_id", "cart_id", "ticket_id", "context"))
_OF_PRODUCTS = ("product_id", "sku", "category", "name", "price", "quantity")


class Admitted(NamedTuple):
    """``events`` that come in, in order; how many of them are ``cookieless``, and how many were ``dropped``."""

    events: list[Event]
    cookieless: int
    dropped: int


class Door:
    """What a collector asks before it commits events. Safe for threads.

    ``zone``: the shop's time zone, whose day a cookieless visitor keeps a name for.
    """

    def __init__(self, settings: Privacy, salts: Salts, zone: str, words: Taxonomy) -> None:
        self._settings, self._salts, self._zone, self._words = settings, salts, ZoneInfo(zone), words

    def admit(self, events: Sequence[Event], *, ip: str, user_agent: str, now: datetime) -> Admitted:
        """Some events of one request, as its sender's consent allows. ``ip``, ``user_agent``: of the request, whole."""
        today, told = now.astimezone(self._zone).date(), _Told(self._settings.purpose, self._words)
        kept: list[Event] = []
        cookieless = 0
        for event in events:
            action = self._settings.policy(event.source).decide(told.by(event), told.before(event))
            if action == "keep" or event.event == UPDATED:
                kept.append(event)
            elif action == "cookieless" and event.type not in _SAY_WHO:
                kept.append(nameless(event, visitor(self._salts.of(today), event.source, ip, user_agent)))
                cookieless += 1
        return Admitted(self._fitted(kept), cookieless, len(events) - len(kept))

    def _fitted(self, events: list[Event]) -> list[Event]:
        contexts = [event.context for event in events]
        after = fitted(pa.array(contexts, pa.string()), self._settings).to_pylist()
        return [
            event if new == old else replace(event, context=new)
            for event, old, new in zip(events, contexts, after, strict=True)
        ]


class _Told:
    """What the events of a request said so far: a choice holds for those after it that say nothing."""

    def __init__(self, purpose: str, words: Taxonomy) -> None:
        self._purpose, self._words = purpose, words
        self._known: dict[str, State] = {}

    def by(self, event: Event) -> State | None:
        said = purpose_state(event.context, self._purpose, self._words)
        if event.event == UPDATED:
            row = {name: getattr(event, name) for name in ("event", "type", "channel", "properties", "context")}
            for one in consents_told(row, self._words):
                if one.purpose == self._purpose and one.channel is None:
                    self._known.update(dict.fromkeys(_ids(event), one.state))
        return said

    def before(self, event: Event) -> State | None:
        return next((self._known[one] for one in _ids(event) if one in self._known), None)


def _ids(event: Event) -> Iterator[str]:
    return (one for one in (event.anonymous_id, event.user_id) if one)


def nameless(event: Event, name: str) -> Event:
    """An event that counts, and says no more of the person than ``name``: of what was told only products stay."""
    return replace(
        event,
        **_NAMELESS,
        anonymous_id=name,
        referrer=_site(event.referrer),
        page=event.page.partition("?")[0] if event.page else None,
        properties=_products(event.properties),
    )


def _site(address: str | None) -> str | None:
    """Where somebody came from, without what stands behind the host."""
    try:
        found = urlsplit(address or "")
    except ValueError:
        return None
    return f"{found.scheme}://{found.hostname}/" if found.scheme and found.hostname else None


class _Lines(msgspec.Struct):
    products: list[dict[str, object]] | None = None


def _products(properties: str | None) -> str | None:
    try:
        lines = msgspec.json.decode(properties, type=_Lines).products if properties else None
    except msgspec.DecodeError:
        return None
    plain = [{name: line[name] for name in _OF_PRODUCTS if name in line} for line in lines or ()]
    return msgspec.json.encode({"products": plain}).decode() if plain else None
