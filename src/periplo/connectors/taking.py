"""A request to a connector: proven, then made into messages for the collector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from periplo.collect import Arrived, Wrong
from periplo.collect.segment import UNREADABLE as NO_JSON
from periplo.collect.segment import take
from periplo.connectors.connector import Connector, Delivery
from periplo.connectors.kinds import KINDS
from periplo.connectors.kinds.kind import Kind
from periplo.connectors.messages import Json
from periplo.connectors.proofs import is_password, is_signed
from periplo.connectors.rules import UNKNOWN_TOPIC, UNREADABLE, Missing, Unfit
from periplo.errors import NotGenuine

STAGE = "webhook"
_SHOWN = 100

Mapped = Callable[[bytes], list[Json]]
"""What the shop's own mapping makes of a body."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def taken(connector: Connector, delivery: Delivery, mapped: Mapped) -> Arrived:
    """What a request brought: messages, and the whole of it where it becomes none. Raises ``NotGenuine``."""
    kind = KINDS.get(connector.kind)
    if kind and kind.greeting(delivery):
        return Arrived()
    if not (kind.proven(connector.key(), delivery) if kind else _proven(connector, delivery)):
        raise NotGenuine(
            "This request does not prove that it comes from {kind}.",
            why="Its signature or password is missing, or is not made with the secret that the shop has.",
            fix="Compare the secret in the sender's settings with that of the connector in periplo.toml.",
            kind=connector.kind,
        )
    topic = kind.topic(delivery.headers, None) if kind and not kind.each else ""
    return again(connector, topic, delivery.body, mapped)


def again(connector: Connector, topic: str, body: bytes, mapped: Mapped) -> Arrived:
    """The same, of a body that was proven before. ``topic``: what its headers named, empty where the body does."""
    arrived = Arrived(restated=True)
    kind = KINDS.get(connector.kind)
    messages: list[Json] = []
    for raw, read in _reports(kind, topic, body, mapped):
        try:
            messages += read()
        except (Unfit, Missing, *NO_JSON) as error:
            unfit = error if isinstance(error, Unfit) else Unfit(UNREADABLE, problem=str(error)[:_SHOWN])
            values = {"kind": connector.kind, "topic": topic} | unfit.values
            arrived.wrong.append(Wrong(len(arrived.wrong), unfit.rule, unfit.path, values, raw, STAGE))
    _take_after(arrived, messages)
    return arrived


def _reports(
    kind: Kind | None, topic: str, body: bytes, mapped: Mapped
) -> list[tuple[bytes, Callable[[], list[Json]]]]:
    """Each report in a body, and what reads it."""
    if kind is None:
        return [(body, lambda: mapped(body))]
    if not kind.each:
        return [(body, lambda: _read(kind, topic, _decode(body)))]
    try:
        parts = msgspec.json.decode(body, type=list[msgspec.Raw])
    except NO_JSON:
        return [(body, lambda: _read(kind, topic, _decode(body)))]
    return [(bytes(part), _reader(kind, bytes(part))) for part in parts]


def _reader(kind: Kind, part: bytes) -> Callable[[], list[Json]]:
    return lambda: _read(kind, "", _decode(part))


def _read(kind: Kind, topic: str, whole: Any) -> list[Json]:
    if not isinstance(whole, dict):
        raise Missing("it is no JSON object")
    named = topic or kind.topic({}, whole)
    make = kind.topics.get(named)
    if make is None:
        raise Unfit(UNKNOWN_TOPIC, topic=named[:_SHOWN], kind=kind.name, known=", ".join(kind.topics))
    return make(whole)


def _take_after(arrived: Arrived, messages: list[Json]) -> None:
    """Adds messages, numbered after what was wrong with the request."""
    before = len(arrived.wrong)
    take(arrived, [_encode(message) for message in messages], sure=True)
    arrived.indexes = [before + index for index in arrived.indexes]
    arrived.wrong[before:] = [wrong._replace(number=before + wrong.number) for wrong in arrived.wrong[before:]]


def _proven(connector: Connector, delivery: Delivery) -> bool:
    """Of a sender whose mapping is the shop's own: a signature where it signs, else the secret itself."""
    if connector.signature:
        return is_signed(connector.key(), delivery.body, delivery.headers.get(connector.signature.lower(), ""))
    return is_password(connector.key(), delivery)
