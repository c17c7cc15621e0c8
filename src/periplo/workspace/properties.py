"""Property columns of a shop's journeys: read from the events when first asked for, then kept in the cache.

They are kept in the order of arrival, so that new events only add to them; journeys pick from them by place.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from threading import RLock

import msgspec
import pyarrow as pa

from periplo.events.schema import EVENT_FIELDS
from periplo.journeys.columns import I64, Column
from periplo.operation.disk import dispensable
from periplo.workspace.arrivals import Arrivals
from periplo.workspace.arrived import Arrived, read, write
from periplo.workspace.cache import columns_folder, replace_file, worth_writing
from periplo.workspace.engine import engine
from periplo.workspace.stores import Stores

PROMOTED = {
    name: kind
    for name, kind in EVENT_FIELDS.items()
    if name not in ("event_id", "event", "channel", "properties", "context") and not pa.types.is_timestamp(kind)
}
"""Columns that every event has; all other properties lie in the JSON of ``properties``."""

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
        self._stores, self._arrivals, self._until = stores, Arrivals(seq), until_seq
        self._folder = columns_folder(stores.places.cache, rewrites)
        self._columns: dict[str, Column | None] = {}
        self._lock = RLock()

    def names(self) -> tuple[str, ...]:
        """The promoted columns, and the names in the properties of the events."""
        file = self._folder / "names.json"
        known = _read_names(file)
        if known.until_seq < self._until:
            query = "SELECT DISTINCT unnest(json_keys(properties)) AS name FROM events"
            new = self._query("properties", query, known.until_seq, self._until)["name"].to_pylist()
            known = _Names(self._until, known.names.union(new))
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
        whole = known + self._new(name, len(known))
        if worth_writing(count, len(known)):
            with dispensable("A column of journeys"):
                write(file, whole)
        return whole

    def _new(self, name: str, first: int) -> Arrived:
        """The column of the events from the ``first`` arrival on."""
        after, until = self._arrivals.last(first), self._until
        if name in PROMOTED:
            found = self._stores.events([name], after, until).read_all()
            numeric = not pa.types.is_string(PROMOTED[name])
        else:
            found = self._query("properties", in_json(name), after, until)
            numeric = all(found["numeric"].unique().to_pylist())
        rows = self._arrivals.index(found["seq"].to_numpy()) - first
        mine = rows >= 0
        texts = found[name if name in PROMOTED else "value"].cast(pa.string()).filter(pa.array(mine))
        return Arrived.of(len(self._arrivals) - first, rows[mine], texts, numeric)

    def _query(self, column: str, query: str, after_seq: int, until_seq: int) -> pa.Table:
        with engine(self._stores.places.cache) as database:
            database.register("events", self._stores.events([column], after_seq, until_seq))
            return database.sql(query).to_arrow_table()


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
