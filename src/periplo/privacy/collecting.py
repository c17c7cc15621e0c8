"""Consent honoured at the door: which messages come in, as they are or without saying whose they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from periplo.events.segment.arrival import under
from periplo.privacy.consent import UPDATED, Said, purpose_state
from periplo.privacy.contexts import fitted_body, kept_agent
from periplo.privacy.cookieless import Salts, visitor
from periplo.privacy.nameless import nameless
from periplo.privacy.policy import Policy, Privacy
from periplo.vocabulary import Taxonomy

SAY_WHO = ("identify", "alias", "group")
"""Calls that only tell who somebody is: of nobody there is nothing to tell."""

_CONSENT = re.compile(rb'"consent"\s*:\s*(\{(?:[^{}"]|"[^"\\]*"|\{(?:[^{}"]|"[^"\\]*")*\})*\})')
Message = bytes | msgspec.Raw


class Request(NamedTuple):
    """What is known of a request: the source it came from, the sender's address and browser, and when."""

    source: str
    ip: str
    user_agent: str
    at: datetime


class Admitted(NamedTuple):
    """A message for each that came, None for one that is not taken; and the context they still share."""

    messages: list[Message | None]
    context: bytes | None


class Door:
    """What a collector asks before it commits messages. Safe for threads.

    ``zone``: the shop's time zone, whose day a cookieless visitor keeps a name for.
    """

    def __init__(self, settings: Privacy, salts: Salts, zone: str, words: Taxonomy) -> None:
        self._settings, self._salts, self._zone, self._words = settings, salts, ZoneInfo(zone), words
        self._granted = lru_cache(1 << 10)(self._grants)
        self._click_ids = {one for rule in words.rules for one in rule.click_id}

    def body(self, body: bytes) -> bytes:
        """The body of a request with what the settings keep of addresses and agents in it."""
        return fitted_body(body, self._settings)

    def agent(self, user_agent: str | None) -> str | None:
        """What the settings keep of the browser that sent a request."""
        return kept_agent(user_agent, self._settings.user_agent) or None if user_agent else None

    def admit(
        self, messages: Sequence[Message], call: str | None, context: bytes | None, request: Request
    ) -> Admitted | None:
        """What comes in of the messages of a request, as its sender's consent allows; None where all do as they are.

        ``call``: what messages are that do not say it; ``context``: JSON that they share. What is no JSON object tells
        nothing of consent, and stays as it is.
        """
        policy = self._settings.policy(request.source)
        if policy.granted == policy.unknown == "keep" and self._all_agree([context or b"", *messages]):
            return None
        shared = _object(context) if context else {}
        said = Said(self._settings.purpose, self._words)
        taken: list[Message | None] = []
        changed = False
        for raw in messages:
            whole = _whole(raw, call, shared)
            action = self._action(whole, said, policy) if whole else "keep"
            taken.append(raw if action == "keep" else None)
            if whole and action == "cookieless" and whole["type"] not in SAY_WHO:
                taken[-1] = self._nameless(whole, request)
                changed = True
        if changed:  # what they shared may tell who it was: each has its own now
            whole_ones = [(one, raw) for one, raw in zip(taken, messages, strict=True)]
            taken = [_with(shared, raw, call) if one is raw else one for one, raw in whole_ones]
        return Admitted(taken, None if changed else context)

    def _all_agree(self, texts: Sequence[Message]) -> bool:
        """Whether each text, seen without reading all of it, grants consent or says nothing of it: most do."""
        if b"onsent" not in b"\n".join(texts):
            return True
        return all(b"onsent" not in one or self._agrees(one) for one in map(bytes, texts))

    def _agrees(self, text: bytes) -> bool:
        said = _CONSENT.findall(text)
        return len(said) == 1 == text.count(b"onsent") and self._granted(said[0])

    def _action(self, whole: Mapping[str, Any], said: Said, policy: Policy) -> str:
        name = whole.get("event")
        row = {
            "event": self._words.canonical(name)[0] if isinstance(name, str) else "",
            "type": whole["type"],
            "channel": "",
            "properties": _json(whole.get("properties")),
            "context": _json(whole.get("context")),
        }
        ids = [str(whole[key]) for key in ("anonymousId", "userId") if whole.get(key)]
        told = said.by(row, ids)
        return "keep" if row["event"] == UPDATED else policy.decide(told, said.before(ids))

    def _grants(self, consent: bytes) -> bool:
        """Whether a consent object, as JSON, grants what visits are collected for."""
        context = f'{{"consent":{consent.decode("utf-8", "replace")}}}'
        return purpose_state(context, self._settings.purpose, self._words) == "granted"

    def _nameless(self, whole: Mapping[str, Any], request: Request) -> bytes:
        salt = self._salts.of(request.at.astimezone(self._zone).date())
        name = visitor(salt, request.source, request.ip, request.user_agent)
        return _encode(nameless(whole, name, self._click_ids))


def _whole(raw: Message, call: str | None, shared: dict[str, Any]) -> dict[str, Any] | None:
    """A message with what it shares with others under its own context; None for what is no JSON object."""
    try:
        message = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    own = message.get("context")
    message["context"] = under(shared, own if isinstance(own, dict) else {})
    kind = message.get("type") or call
    return message | {"type": kind if isinstance(kind, str) else ""}


def _with(shared: dict[str, Any], raw: Message, call: str | None) -> Message:
    whole = _whole(raw, call, shared)
    return raw if whole is None else _encode(whole)


def _object(raw: Message) -> dict[str, Any]:
    found = msgspec.json.decode(raw)
    return found if isinstance(found, dict) else {}


def _json(value: object) -> str | None:
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else None


_encode = msgspec.json.Encoder().encode
