"""What an event tells of consent: for which purpose, in which channel, granted, denied or still to be answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from periplo.vocabulary import Taxonomy
from periplo.vocabulary.taxonomy import plain

State = Literal["granted", "denied", "pending"]
STATES: tuple[State, ...] = get_args(State)
CHANNELS = ("email", "sms", "push", "whatsapp", "phone")
"""The channels that somebody agrees or does not agree to be contacted in."""

UPDATED, UNSUBSCRIBED, COMPLAINED = "Consent Updated", "Unsubscribed", " Complained"
MARKETING = "marketing"

_SAID: dict[State, str] = {
    "granted": "granted true yes y 1 optedin optin subscribed accepted sí si verdadero aceptado suscrito",
    "denied": "denied false no n 0 optedout optout unsubscribed rejected falso denegado rechazado",
    "pending": "pending asked notanswered pendiente",
}
_WORDS: dict[str, State] = {word: state for state, words in _SAID.items() for word in words.split()}


class Told(msgspec.Struct, frozen=True):
    """``channel`` None: in any. ``text_version``: which wording was agreed to, where that was said."""

    purpose: str
    channel: str | None
    state: State
    text_version: str | None = None


def consents_told(row: Mapping[str, Any], words: Taxonomy) -> list[Told]:
    """What an event (with the columns ``event``, ``type``, ``channel``, ``properties``, ``context``) tells."""
    told = [*_of_context(row["context"], words)]
    if row["event"] == UPDATED:
        told += _of_update(_object(row["properties"]), words)
    elif row["type"] == "identify":
        told += _of_traits(_object(row["properties"]), words)
    elif row["event"] == UNSUBSCRIBED or row["event"].endswith(COMPLAINED):
        channel = row["channel"] if row["channel"] in CHANNELS else None
        told.append(Told(MARKETING, channel, "denied"))
    return told


def state_of(value: object) -> State | None:
    """What a word, a truth value or a number says; None where it says nothing of consent."""
    return _WORDS.get(plain(str(value)))


def purpose_state(context: str | None, purpose: str, words: Taxonomy) -> State | None:
    """What the context of an event, as JSON, says of one purpose."""
    said = [one.state for one in _of_context(context, words) if one.purpose == purpose and one.channel is None]
    return "denied" if "denied" in said else said[0] if said else None


def _of_context(context: str | None, words: Taxonomy) -> Iterator[Told]:
    if context and '"consent"' in context:
        yield from _of_object(_object(context).get("consent"), words)


def _of_update(told: Mapping[str, Any], words: Taxonomy) -> Iterator[Told]:
    version = _text(told.get("text_version"))
    given = told.get("consents") or told.get("consent")
    yield from _of_object(given, words, version)
    state = state_of(next((told[name] for name in ("state", "status", "granted") if name in told), given))
    purpose = _text(told.get("purpose")) or (MARKETING if told.get("channel") else None)
    if state and purpose:
        yield Told(words.purpose(purpose), _text(told.get("channel")), state, version)


def _of_traits(traits: Mapping[str, Any], words: Taxonomy) -> Iterator[Told]:
    version = _text(traits.get("text_version"))
    for name in ("consent", "consents"):
        yield from _of_object(traits.get(name), words, version)
    for trait, value in traits.items():
        known, state = words.consent_traits.get(plain(trait)), state_of(value)
        if known and state:
            yield Told(*known, state)


def _of_object(given: object, words: Taxonomy, version: str | None = None) -> Iterator[Told]:
    """``{purpose: state}`` or ``{purpose: {channel: state}}`` (an empty channel: in any), also inside Segment's
    ``categoryPreferences``."""
    if not isinstance(given, dict):
        return
    version = _text(given.get("text_version")) or version
    for name, value in {**given, **_inner(given, "categoryPreferences")}.items():
        purpose = words.purpose(name)
        if isinstance(value, dict) and name != "categoryPreferences":
            states = ((channel, state_of(one)) for channel, one in value.items())
            yield from (Told(purpose, channel or None, state, version) for channel, state in states if state)
        elif (state := state_of(value)) and name != "text_version":
            yield Told(purpose, None, state, version)


def _inner(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = given.get(name)
    return inner if isinstance(inner, dict) else {}


def _object(text: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


class Said:
    """What the messages of a request, or the events of a file, said so far of what visits are collected for.

    A choice holds for those after it that say nothing. ``known`` by identifier.
    """

    def __init__(self, purpose: str, words: Taxonomy) -> None:
        self._purpose, self._words = purpose, words
        self.known: dict[str, State] = {}

    def by(self, row: Mapping[str, Any], ids: Sequence[str]) -> State | None:
        """What an event says itself, of a person with these identifiers."""
        if row["event"] == UPDATED:
            told = [one for one in consents_told(row, self._words) if one.purpose == self._purpose]
            self.known |= {one: each.state for each in told if each.channel is None for one in ids}
        return purpose_state(row["context"], self._purpose, self._words)

    def before(self, ids: Sequence[str]) -> State | None:
        """What was said before."""
        return next(iter(self._of(ids)), None)

    def _of(self, ids: Sequence[str]) -> Iterator[State]:
        return (self.known[one] for one in ids if one in self.known)
