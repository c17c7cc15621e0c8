"""Property columns of a shop's journeys: read from the events when first asked for, then kept in the cache.

They are kept in the order of arrival, so that new events only add to them; journeys pick from them by place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import RLock

import msgspec
import pyarrow as pa

from periplo.events.schema import EVENT_FIELDS
from periplo.journeys.columns import I64, Column
from periplo.operation.disk import dispensable
from periplo.operation.replacing import replace_file
from periplo.workspace.arrivals import Arrivals
from periplo.workspace.arrived import Arrived, Growing, read, write
from periplo.workspace.cache import columns_folder, worth_writing
from periplo.workspace.engine import engine
from periplo.workspace.stores import Stores

PROMOTED = {
    name: kind
    for name, kind in EVENT_FIELDS.items()
    if name not in ("event_id", "event", "channel", "properties", "context") and not pa.types.is_timestamp(kind)
}
"""Columns that every event has; all other properties lie in the JSON of ``properties``."""

ROWS_AT_ONCE = 100_000
_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"


class _Names(msgspec.Struct):
    until_seq: int = 0
    names: set[str] = set()


class ShopProperties:
    """The property source of a shop's journeys; safe for threads.

    ``seq`` int64[m] places of the events in the sequence, in the order of the journeys, all up to ``until_seq``;
    ``rewrites``: so often had events of the archive been corrected, or identifiers blocked.
    """

    def __init__(self, stores: Stores, seq: I64, until_seq: int, rewrites: int) -> None:
        self._stores, self._arrivals, self._until = stores, Arrivals(seq, stores.places.cache), until_seq
        self._folder = columns_folder(stores.places.cache, rewrites)
        self._columns: dict[str, Column | None] = {}
        self._lock = RLock()

    def names(self) -> tuple[str, ...]:
        """The promoted columns, and the names in the properties of the events."""
        file = self._folder / "names.json"
        known = _read_names(file)
        if known.until_seq < self._until:
            query = "SELECT DISTINCT unnest(json_keys(properties)) AS name FROM events"
            with self._querying("properties", query, known.until_seq) as found:
                known = _Names(self._until, known.names.union(found.read_all()["name"].to_pylist()))
            with dispensable("The names of properties"):
                replace_file(file, msgspec.json.encode(known))
        return (*PROMOTED, *sorted(known.names - PROMOTED.keys()))

    def column(self, name: str) -> Column | None:
        with self._lock:
            if name not in self._columns:
                self._columns[name] = self._arrived(name).picked(self._arrivals)
            return self._columns[name]

    def _arrived(self, name: str) -> Arrived:
        file = self._folder / f"{blake2b(name.encode(), digest_size=16).hexdigest()}.arrow"
        known, count = read(file), len(self._arrivals)
        if len(known) >= count:
            return known.until(count)
        growing, after = Growing(known, count, self._stores.places.cache), self._arrivals.last(len(known))
        for places, texts, numeric in self._said(name, after):
            rows = self._arrivals.index(places)
            mine = rows >= len(known)
            growing.add(rows[mine], texts.filter(pa.array(mine)), numeric)
        whole = growing.all()
        if worth_writing(count, len(known)):
            with dispensable("A column of journeys"):
                write(file, whole)
        return whole

    def _said(self, name: str, after: int) -> Iterator[tuple[I64, pa.Array, bool]]:
        """What the events after a place say, some at a time: their places, the texts, and whether all are numbers."""
        if name in PROMOTED:
            numeric = not pa.types.is_string(PROMOTED[name])
            for batch in self._stores.events([name], after, self._until):
                yield batch["seq"].to_numpy(), batch[name].cast(pa.string()), numeric
            return
        with self._querying("properties", in_json(name), after) as found:
            for batch in found:
                yield batch["seq"].to_numpy(), batch["value"], all(batch["numeric"].unique().to_pylist())

    @contextmanager
    def _querying(self, column: str, query: str, after: int) -> Iterator[pa.RecordBatchReader]:
        with engine(self._stores.places.cache) as database:
            database.register("events", self._stores.events([column], after, self._until))
            yield database.sql(query).to_arrow_reader(ROWS_AT_ONCE)


def in_json(name: str) -> str:
    """The query for a property: by its name, or, with dots in it, by the path from the outermost object."""
    pointers = dict.fromkeys(["/" + _escaped(name), "".join(f"/{_escaped(key)}" for key in name.split("."))])
    quoted = ["'" + pointer.replace("'", "''") + "'" for pointer in pointers]
    value = ", ".join(f"properties ->> {pointer}" for pointer in quoted)
    kind = ", ".join(f"json_type(properties, {pointer})" for pointer in quoted)
    return f"""
        SELECT seq, coalesce({value}) AS value, coalesce({kind}) IN {_NUMBERS} AS numeric
        FROM events WHERE value IS NOT NULL
    """


def _escaped(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _read_names(file: Path) -> _Names:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Names)
    except (OSError, msgspec.MsgspecError):
        return _Names()
