"""Erasing identifiers: what they were is forgotten, that there was something stays, so that nobody else is judged anew.

An identifier keeps its id and kind, an edge its two ends and its place; values, spellings, times and sources go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, select, update

from periplo.identity.facts import Facts, from_row, to_row
from periplo.identity.kinds import I64, KINDS, Bool
from periplo.identity.tables import identity_part


class Subject(NamedTuple):
    """The identifiers of a customer: their ids, and by kind how they were written and their normal forms."""

    ids: list[int]
    texts: dict[str, list[str]]


def subject_of(connection: Connection, ids: I64) -> Subject:
    """What is known of some identifiers."""
    texts: dict[str, set[str]] = {}
    first = 1
    for row in _parts(connection):
        facts = from_row(row)
        mine = _own(facts, first, ids)
        values = facts.identifiers.filter(pa.array(mine))
        spelled = facts.spellings.filter(pc.is_in(facts.spellings["identifier"], pa.array(ids)))
        pairs = [*zip(values["kind"].to_pylist(), values["value"].to_pylist(), strict=True)]
        pairs += zip(spelled["kind"].to_pylist(), spelled["raw"].to_pylist(), strict=True)
        for kind, text in pairs:
            if text is not None:
                texts.setdefault(KINDS[kind], set()).add(text)
        first += facts.identifiers.num_rows
    return Subject(ids.tolist(), {kind: sorted(some) for kind, some in texts.items()})


def forget(connection: Connection, ids: I64) -> None:
    """Erases identifiers from all parts; those that are erased stay so."""
    first = 1
    for row in _parts(connection):
        facts = from_row(row)
        after = _forgotten(facts, _own(facts, first, ids), pa.array(ids))
        first += facts.identifiers.num_rows
        if after is not None:
            mine = identity_part.c.part == row.part
            connection.execute(update(identity_part).where(mine).values(**to_row(after)))


def _parts(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(identity_part).order_by("part")).all()


def _own(facts: Facts, first: int, ids: I64) -> Bool:
    found: Bool = np.isin(np.arange(first, first + facts.identifiers.num_rows), ids)
    return found


def _forgotten(facts: Facts, mine: Bool, ids: pa.Array) -> Facts | None:
    """The part without them; None where it says nothing of them."""
    spelled = pc.is_in(facts.spellings["identifier"], ids)
    joined = pc.or_(pc.is_in(facts.edges["stronger"], ids), pc.is_in(facts.edges["weaker"], ids))
    if not mine.any() and not pc.any(spelled).as_py() and not pc.any(joined).as_py():
        return None
    told = ("occurred_at", "source", "event")
    return Facts(
        _without(facts.identifiers, pa.array(mine), ("value",)),
        facts.spellings.filter(pc.invert(spelled)),
        _without(facts.edges, joined, told),
    )


def _without(table: pa.Table, where: Any, columns: tuple[str, ...]) -> pa.Table:
    """The table with nulls there. They are built anew: an array with a null in it still has the bytes from before."""
    gone = where.to_pylist()
    for name in columns:
        place, field = table.schema.get_field_index(name), table.schema.field(name)
        values = zip(table[name].to_pylist(), gone, strict=True)
        table = table.set_column(place, field, pa.array([None if out else one for one, out in values], field.type))
    return table
