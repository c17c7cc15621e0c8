"""What identity knows for certain: identifiers, their spellings, and the edges between them. Append-only.

Who is which customer follows from the edges and from what people decided, and is computed, never kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Row, delete, func, select

from periplo.events.schema import INSTANT
from periplo.identity.kinds import I64
from periplo.identity.tables import identity_part
from periplo.log.inserting import insert

IDENTIFIER = pa.schema([("kind", pa.uint8()), ("value", pa.string()), ("seq", pa.int64())])
"""A row's number, counted over all parts from 1, is the identifier's id. ``seq``: the event it came with first.
``value`` is null where it was erased: then it identifies nobody."""

SPELLING = pa.schema([("kind", pa.uint8()), ("raw", pa.string()), ("identifier", pa.int64())])
"""How a value was written where that is not its normal form; identifier 0: it is no identifier."""

EDGE = pa.schema(
    [
        ("stronger", pa.int64()),
        ("weaker", pa.int64()),
        ("seq", pa.int64()),  # the first event that carried both
        ("occurred_at", INSTANT),
        ("source", pa.string()),
        ("event", pa.string()),
    ]
)
"""Two identifiers that one event carried: by whom (source), when, why (the event). Whether that joins them is judged.
A row's number, counted over all parts from 0, is the edge's number. What is told of it is null where an end was
erased."""

PART_ROWS = 1 << 16
"""A part that is smaller takes in what comes next, so that live events do not leave a part each."""


class Mark(NamedTuple):
    """How far facts were read: up to a part, and so many identifiers, spellings and edges of it."""

    part: int = 0
    identifiers: int = 0
    spellings: int = 0
    edges: int = 0


START = Mark()


@dataclass(frozen=True)
class Facts:
    """Some facts, as tables with the schemas above; ``end``: the mark behind them, where they are kept."""

    identifiers: pa.Table
    spellings: pa.Table
    edges: pa.Table
    end: Mark = START

    def __add__(self, later: Facts) -> Facts:
        return Facts(
            pa.concat_tables([self.identifiers, later.identifiers]),
            pa.concat_tables([self.spellings, later.spellings]),
            pa.concat_tables([self.edges, later.edges]),
            later.end,
        )

    def after(self, mark: Mark) -> Facts:
        """Those of a part that come after a mark in it."""
        return Facts(
            self.identifiers.slice(mark.identifiers),
            self.spellings.slice(mark.spellings),
            self.edges.slice(mark.edges),
            self.end,
        )

    def kept(self, part: int) -> Facts:
        """The same, which are all that a part holds."""
        sizes = (self.identifiers.num_rows, self.spellings.num_rows, self.edges.num_rows)
        return replace(self, end=Mark(part, *sizes))

    @property
    def rows(self) -> int:
        return sum(table.num_rows for table in (self.identifiers, self.spellings, self.edges))


def load(connection: Connection, after: Mark = START) -> Iterator[Facts]:
    """The facts after a mark, part by part, in the order they came to be known."""
    rows = connection.execute(select(identity_part).where(identity_part.c.part >= after.part).order_by("part"))
    for row in rows:
        yield from_row(row).after(after) if row.part == after.part else from_row(row)


def parts_after(connection: Connection, mark: Mark) -> int:
    """How many parts come after a mark; one that has grown since counts as well."""
    wanted = select(func.count()).select_from(identity_part).where(identity_part.c.part >= mark.part)
    return connection.scalar(wanted) or 0


def edges_at(connection: Connection, sizes: dict[int, int], numbers: I64) -> pa.Table:
    """The edges with these numbers (ascending), with the schema ``EDGE``.

    ``sizes`` remembers how many edges parts have, so that only those that are needed are read: all but the last part,
    which may still take in what comes, keep their number.
    """
    found, first = [pa.Table.from_batches([], EDGE)], 0
    parts = list(connection.scalars(select(identity_part.c.part).order_by("part")))
    for part in parts:
        size = sizes.get(part, 0)
        here = numbers[slice(*np.searchsorted(numbers, (first, first + size)))]
        if part not in sizes or len(here):
            wanted = select(identity_part.c.edges).where(identity_part.c.part == part)
            some = _table(connection.scalars(wanted).one(), EDGE)
            size = some.num_rows
            here = numbers[slice(*np.searchsorted(numbers, (first, first + size)))]
            found.append(some.take(pa.array(here - first)))
        if part != parts[-1]:
            sizes[part] = size
        first += size
    return pa.concat_tables(found).combine_chunks()


def save(connection: Connection, new: Facts) -> Facts:
    """Adds facts, of which there are some, after those there are; the answer knows where they end."""
    last = connection.scalar(select(func.max(identity_part.c.part))) or 0
    unfilled = next(load(connection, Mark(last)), None)
    part = new.kept(last + 1)
    if unfilled and unfilled.rows < PART_ROWS:
        connection.execute(delete(identity_part).where(identity_part.c.part == last))
        part = (unfilled + new).kept(last)
    insert(connection, identity_part, [[value] for value in (part.end.part, *to_row(part).values())])
    return replace(new, end=part.end)


def from_row(row: Row[Any]) -> Facts:
    """The facts of a part."""
    tables = _table(row.identifiers, IDENTIFIER), _table(row.spellings, SPELLING), _table(row.edges, EDGE)
    return Facts(*tables).kept(row.part)


def to_row(facts: Facts) -> dict[str, bytes]:
    """Facts as a part keeps them."""
    return {name: _bytes(getattr(facts, name)) for name in ("identifiers", "spellings", "edges")}


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def _table(stream: bytes, schema: pa.Schema) -> pa.Table:
    """A part's table; one written by an earlier release may have columns besides."""
    return pa.ipc.open_stream(stream).read_all().select(schema.names)
