"""Who somebody means: customers by name, mail, phone, order number or any other identifier, also by a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import RLock
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity import COLUMNS
from periplo.lake import one_of
from periplo.operation.disk import dispensable
from periplo.profiles.searching import NAME, Sought, searchable
from periplo.workspace.cache import columns_folder, worth_writing
from periplo.workspace.engine import engine
from periplo.workspace.following import follow_or_look
from periplo.workspace.stores import Stores
from periplo.workspace.sums import opened, seal

_TEXT = pa.string()
CALLED = pa.schema([("kind", _TEXT), ("text", _TEXT), *((column, _TEXT) for column in COLUMNS)])
"""What people and their orders were called, and the identifiers of the event that told it. An order has a name where
people know it by another number than its system, as Shopify's #1001."""

_KEYS = {
    "whole": ("name", "Name", "full_name", "fullName"),
    "first": ("first_name", "firstName", "firstname", "FirstName"),
    "last": ("last_name", "lastName", "lastname", "LastName"),
}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who fits, and the text by which: ``kind`` is "name" or that of an identifier."""

    number: int
    name: str
    kind: str
    text: str


class _Hit(NamedTuple):
    """The better, the smaller."""

    rank: int
    strength: int
    number: int
    kind: str
    text: str


class People:
    """Searches the identifiers that identity has in memory, and the names, kept beside the other columns of a shop.

    Nothing here says whose a text is: identity does when it is asked, so that who was merged, parted or erased a
    moment ago is found, or not found, as that. Safe for threads.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores, self._lock = stores, RLock()
        self._prepared: dict[int, tuple[pa.Array, pa.Array]] = {}
        self._called, self._until, self._rewrites = pa.Table.from_batches([], CALLED), 0, -1
        self._names: dict[str, tuple[pa.Array, pa.Array]] = {}  # made when somebody searches
        self._kept = 0

    def search(self, text: str, most: int) -> list[Found]:
        """The customers who fit, at most so many, the best first: whole texts, then beginnings, then parts."""
        settled = follow_or_look(self._stores)
        sought = Sought.of(text, self._stores.settings.country)
        with self._lock:
            hits = sorted([*self._by_name(sought, settled), *self._by_identifier(sought)]) if sought else []
        best: dict[int, _Hit] = {}
        for hit in hits:
            if len(best) < most:
                best.setdefault(hit.number, hit)
        names = self._stores.identity.names(np.array([*best], np.int64))
        shown = zip(best.values(), names, strict=True)
        return [Found(number=hit.number, name=name, kind=hit.kind, text=hit.text) for hit, name in shown]

    def _by_identifier(self, sought: Sought) -> Iterator[_Hit]:
        identity = self._stores.identity
        whose, strength = identity.whose(), [*identity.strongest_first()]
        before, self._prepared = self._prepared, {}
        for kind, texts, ids in identity.texts():
            known = before.get(id(texts))
            ready = known[1] if known else searchable(kind, texts)
            self._prepared[id(texts)] = texts, ready  # as long as it is here, nothing else has its id
            rows, ranks = sought.hits(kind, ready)
            written = texts.take(pa.array(rows)).to_pylist()
            for number, rank, text in zip(whose[ids[rows]].tolist(), ranks.tolist(), written, strict=True):
                if number:
                    plain = text.rpartition("@")[0] if kind == "order" else text
                    yield _Hit(rank, 1 + strength.index(kind), number, kind, plain)

    def _by_name(self, sought: Sought, settled: int) -> Iterator[_Hit]:
        self._read_on(settled)
        for kind, (places, texts) in self._names.items():
            rows, ranks = sought.hits(kind, texts)
            found = self._called.take(places.take(pa.array(rows)))
            numbers = self._stores.identity.customers_of(found).tolist()
            for number, rank, text in zip(numbers, ranks.tolist(), found["text"].to_pylist(), strict=True):
                if number:
                    yield _Hit(rank, 0, number, kind, text)

    def _read_on(self, settled: int) -> None:
        """Learns what people were called up to a place in the sequence: what is kept, and what came since."""
        rewrites = self._stores.lake.now().corrections() + self._stores.identity.rewrites()
        file = columns_folder(self._stores.places.cache, rewrites) / "called.arrow"
        if self._rewrites != rewrites:
            (self._called, self._until), self._rewrites = _read(file), rewrites
            self._names, self._kept = _ready(self._called), self._until
        if self._until < settled:
            new = self._read_names(self._until, settled)
            if new.num_rows:
                self._called = pa.concat_tables([self._called, new]).combine_chunks()
                self._names = _ready(self._called)
            self._until = settled
            if worth_writing(settled, self._kept):
                with dispensable("The index of people"):
                    _write(file, self._called, settled)
                self._kept = settled

    def _read_names(self, after_seq: int, until_seq: int) -> pa.Table:
        wanted = [*COLUMNS, "type", "event", "properties"]
        tells = _tells([*self._stores.settings.connectors])
        with engine(self._stores.places.cache) as database:
            database.register("events", self._stores.events(wanted, after_seq, until_seq, tells))
            return database.sql(_CALLED.format(tells=tells)).to_arrow_table().cast(CALLED)


def _tells(connectors: Sequence[str]) -> str:
    """Which events tell what somebody is called, or how an order is: those that say who, and orders that other systems
    report."""
    orders = f" OR (event = 'Order Completed' AND {one_of('source', connectors)})" if connectors else ""
    return f"(type = 'identify'{orders})"


def _said(part: str) -> str:
    """What is told under the first of several keys."""
    told = ", ".join(f"nullif(trim(properties ->> '{key}'), '')" for key in _KEYS[part])
    return f"coalesce({told})"


_CALLED = f"""
    SELECT DISTINCT if(type = 'identify', '{NAME}', 'order') AS kind,
        if(
            type = 'identify',
            coalesce({_said("whole")}, nullif(concat_ws(' ', {_said("first")}, {_said("last")}), '')),
            nullif(nullif(trim(properties ->> 'order_name'), ''), order_id)
        ) AS text,
        {", ".join(COLUMNS)}
    FROM events WHERE {{tells}} AND properties IS NOT NULL AND text IS NOT NULL
"""


def _ready(called: pa.Table) -> dict[str, tuple[pa.Array, pa.Array]]:
    """By kind, in which rows its texts are, and the texts as they are searched."""
    found = {}
    for kind in (NAME, "order"):
        places = pc.indices_nonzero(pc.equal(called["kind"], kind))
        texts = pa.concat_arrays([pa.nulls(0, _TEXT), *called["text"].take(places).chunks])
        found[kind] = places, searchable(kind, texts)
    return found


def _read(file: Path) -> tuple[pa.Table, int]:
    """What is kept, and up to which place; nothing where it is missing or damaged."""
    try:
        table = pa.ipc.open_stream(pa.BufferReader(opened(file))).read_all()
        return table.cast(CALLED), int(table.schema.metadata[b"until"])
    except (OSError, ValueError, KeyError, TypeError):
        return pa.Table.from_batches([], CALLED), 0


def _write(file: Path, called: pa.Table, until: int) -> None:
    whole = called.replace_schema_metadata({"until": str(until)})

    def fill(sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, whole.schema) as writer:
            writer.write_table(whole)

    seal(file, fill)
