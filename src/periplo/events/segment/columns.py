"""The columns of events, each built at once over all messages of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from periplo.events.clocks import repair_columns
from periplo.events.identifiers import normalise_column
from periplo.events.schema import EVENTS, IDENTIFIERS, INSTANT
from periplo.events.segment import devices
from periplo.events.segment.arrival import Arrival
from periplo.events.segment.fields import NO_TEXT, TEXT, Rows, first, is_one_of, texts
from periplo.events.segment.instants import instants
from periplo.events.segment.messages import AS_SENT, CALLS, Parsed, problem_with
from periplo.events.segment.orders import orders
from periplo.events.segment.reading import NOT_JSON, Reading, Rejected
from periplo.events.segment.shapes import Campaign, Linked, Machine, Named, Page, Place, Told
from periplo.vocabulary.vectors import encode, map_distinct

_CAMPAIGN = (
    ("campaign", "name", "utm_campaign"),
    ("medium", "medium", "utm_medium"),
    ("utm_source", "source", "utm_source"),
)
_NAMES = {
    "product_id": ("product_id", "productId", "item_id", "sku"),
    "category": ("category", "item_category"),
    "order_id": ("order_id", "orderId", "transaction_id"),
    "cart_id": ("cart_id", "cartId"),
    "ticket_id": ("ticket_id", "ticketId", "case_id", "caseId", "conversation_id", "conversationId"),
    "coupon": ("coupon",),
    "query": ("query", "search_term"),
}
"""Columns by the names that Ecommerce v2 and GA4 give them."""


_LARGE = "[0-9][eE][+]?[0-9]{3}"


class Columns:
    """Builds the columns; ``refused`` notes the first fault of each row that cannot be an event."""

    def __init__(
        self, raw: Sequence[bytes], parsed: list[Parsed], reading: Reading, arrival: Arrival | None = None
    ) -> None:
        self.raw, self.reading, self.words, self.arrival = raw, reading, reading.words, arrival
        self.heads = Rows([message.head for message in parsed])
        self.told = Rows([message.told for message in parsed])
        self.contexts = Rows([message.context for message in parsed])
        self.pages = self.contexts.inner("page", Page())
        self.address = pc.dictionary_encode(self._first((self.pages, "url"), (self.told, "url")))
        self.refused: dict[int, Rejected] = {}
        self.made = {
            "source": pa.array([reading.source] * len(parsed), TEXT),
            "properties": _json([message.told_json for message in parsed]),
            "context": _json([message.context_json for message in parsed]),
        }

    def build(self) -> pa.RecordBatch:
        self._numbers()
        for make in (self._ids, self._names, self._clocks, self._identifiers, self._orders, self._visit, self._origin):
            make()
        return pa.RecordBatch.from_arrays([self.made[name] for name in EVENTS.names], schema=EVENTS)

    def refuse(self, row: int, field: str, reason: str, values: dict[str, str]) -> None:
        self.refused.setdefault(row, Rejected(row, field, reason, values))

    def _first(self, *places: tuple[Rows, str]) -> pa.Array:
        """The first of several places that says something, row by row."""
        return first((rows.pick(name) for rows, name in places), len(self.raw))

    def _numbers(self) -> None:
        """Numbers that no reader of JSON can hold are refused here, where they are not among what is read."""
        for name in ("properties", "context"):
            large = pc.fill_null(pc.match_substring_regex(self.made[name], _LARGE), False)
            for row in pc.indices_nonzero(large).to_pylist():
                if problem := problem_with(self.raw[row]):
                    self.refuse(row, "", NOT_JSON, {"problem": problem})

    def _ids(self) -> None:
        ids = pa.array(self.arrival.event_ids, TEXT) if self.arrival else self.heads.pick("message_id")
        if ids.null_count:
            given = ids.is_valid().to_pylist()
            made = [None if known else _fingerprint(raw) for raw, known in zip(self.raw, given, strict=True)]
            ids = pc.coalesce(ids, pa.array(made, TEXT))
        self.made["event_id"] = ids

    def _names(self) -> None:
        types = self.heads.pick("type")
        if self.arrival and types.null_count:
            types = pc.coalesce(types, pa.array(self.arrival.calls, TEXT))
        names = pc.if_else(is_one_of(types, "track"), self.heads.pick("event"), map_distinct(types, CALLS.get))
        if names.null_count:
            self._refuse_nameless(types, names)
        self.made["type"] = types
        self.made["event"], self.made["original_name"] = self.words.canonical_column(names)

    def _refuse_nameless(self, types: pa.Array, names: pa.Array) -> None:
        for row in pc.indices_nonzero(names.is_null()).to_pylist():
            if types[row].as_py() == "track":
                self.refuse(row, "event", "A track call needs the name of its event.", {})
            else:
                given = {"value": str(self.heads.objects[row].type), "known": ", ".join(("track", *CALLS))}
                self.refuse(row, "type", "“{value}” is no kind of call; known: {known}.", given)

    def _clocks(self) -> None:
        stamp, original = self._instants("timestamp"), self._instants("original_timestamp")
        sent, received = self._instants("sent_at"), self._instants("received_at")
        if self.arrival:
            sent = pc.coalesce(sent, instants(list(self.arrival.sent_at))[0])
        # A timestamp beside a receivedAt was repaired by whoever received it: its difference to sentAt says nothing.
        repaired = pc.and_(original.is_null(), received.is_valid())
        # Without a receivedAt it is the time that somebody gave, where the client's own clock is originalTimestamp.
        original = pc.if_else(received.is_valid(), pc.coalesce(original, stamp), pc.coalesce(stamp, original))
        if self.arrival:
            received = pc.coalesce(received, pa.array(self.arrival.received_us, pa.int64()).cast(INSTANT))
        if self.reading.received_at:
            received = pc.fill_null(received, pa.scalar(self.reading.received_at, INSTANT))
        skewed = pc.if_else(repaired, pa.scalar(None, INSTANT), sent)
        occurred, flag = repair_columns(original, skewed, received, self.reading.now)
        if occurred.null_count:
            for row in pc.indices_nonzero(occurred.is_null()).to_pylist():
                self.refuse(row, "timestamp", "This message does not say when it happened.", {})
        self.made |= {"original_at": original, "sent_at": sent, "received_at": received}
        self.made |= {"occurred_at": occurred, "clock_flag": flag}

    def _instants(self, name: str) -> pa.Array:
        values = self.heads.values(name)
        column, wrong = instants(values)
        for row in wrong:
            reason = "“{value}” is not a time such as 2024-05-01T10:00:00Z."
            self.refuse(row, AS_SENT[name], reason, {"value": str(values[row])})
        return column

    def _identifiers(self) -> None:
        traits = self.contexts.inner("traits", Told())
        card = first((rows.pick("loyalty_card", "loyalty_id") for rows in (self.told, traits)), len(self.raw))
        given = {
            "user_id": self.heads.pick("user_id"),
            "anonymous_id": self.heads.pick("anonymous_id", "previous_id"),
            "loyalty_card": card,
            "email": self._first((self.told, "email"), (traits, "email")),
            "phone": self._first((self.told, "phone"), (traits, "phone")),
        }
        for kind in IDENTIFIERS:
            self.made[kind] = normalise_column(kind, given[kind], self.reading.country, self.words)

    def _orders(self) -> None:
        codes, names = encode(self.made["event"])
        kinds = [self.words.events.get(name) for name in names]
        money = np.array([*(kind.money if kind else "" for kind in kinds), ""])[codes]
        found = orders(self.told, money, self.reading.currency, self.refuse)
        self.made["revenue_minor"] = pa.array(found.revenue_minor, pa.int64())
        self.made["quantity"] = pa.array(found.quantity, pa.int64())
        self.made["currency"] = texts(found.currency)
        for column, keys in _NAMES.items():
            self.made[column] = self.told.pick(*keys)
        for column, single in (("product_id", found.product), ("category", found.category)):
            self.made[column] = first((self.made[column], texts(single)), len(self.raw))

    def _visit(self) -> None:
        name = self._first((self.heads, "name"), (self.told, "name"))
        path = self._first((self.told, "path"), (self.pages, "path"))
        if path.null_count:
            path = pc.coalesce(path, map_distinct(self.address, devices.path_of))
        call = self.made["type"]
        self.made["page"] = pc.if_else(is_one_of(call, "screen"), name, path)
        named = pc.if_else(is_one_of(call, "page", "screen"), name, NO_TEXT)
        self.made["title"] = pc.coalesce(self._first((self.told, "title"), (self.pages, "title")), named)
        whence = self.contexts.inner("referrer", Linked())
        self.made["referrer"] = self._first((self.told, "referrer"), (self.pages, "referrer"), (whence, "url"))

    def _origin(self) -> None:
        campaigns = self.contexts.inner("campaign", Campaign())
        for column, name, parameter in _CAMPAIGN:
            in_address = map_distinct(self.address, partial(devices.parameter, parameter))
            self.made[column] = first((campaigns.pick(name), in_address), len(self.raw))
        machines = self.contexts.inner("device", Machine())
        said = self._first((self.told, "device"), (machines, "category"), (machines, "type"))
        self.made["device"] = devices.device_kinds(said, machines.pick("model"), self.contexts.pick("user_agent"))
        places = (self.told.pick("country"), self.told.said_inside("address", "country"))
        country = first((*places, self.contexts.inner("location", Place()).pick("country")), len(self.raw))
        self.made["country"] = devices.countries(country, self.contexts.pick("locale"))
        self.made["channel"] = self._channel()

    def _channel(self) -> pa.Array:
        return self.words.channel_column(
            len(self.raw),
            explicit=self._first((self.contexts, "channel"), (self.told, "channel")),
            event=self.made["event"],
            default=self.reading.channel,
            medium=self.made["medium"],
            source=self.made["utm_source"],
            page=self.address,
            referrer=self.made["referrer"],
            library=self.contexts.inner("library", Named()).pick("name"),
            type=self.made["type"],
        )


def _fingerprint(raw: bytes) -> str:
    """An id for a message without one: the same message has the same, so that it is counted once."""
    return blake2b(raw, digest_size=16).hexdigest()


def _json(parts: list[Raw]) -> pa.Array:
    """Parts as they were sent; null where there is none, or nothing in it."""
    ends = np.cumsum([0, *map(len, parts)]).astype(np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(parts))]
    column = pa.Array.from_buffers(pa.binary(), len(parts), buffers).cast(TEXT)
    return pc.if_else(is_one_of(column, "", "{}", "null"), NO_TEXT, column)
