"""Identity follows the log and the archive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import CannotWrite
from periplo.identity import ALIAS, COLUMNS, KINDS, SETS
from periplo.workspace.decisions import decisions
from periplo.workspace.engine import engine
from periplo.workspace.stores import Stores

SETS_AT_ONCE = 100_000

_KINDS = ", ".join(f'"{kind}"' for kind in KINDS)
_DISTINCT_SETS = f"""
    SELECT {_KINDS}, NULL AS previous_id, min(seq) AS seq, min_by(occurred_at, seq) AS occurred_at, source,
        min_by(event, seq) AS event
    FROM (SELECT *, order_id || '@' || source AS "order" FROM events)
    WHERE coalesce({_KINDS}) IS NOT NULL
    GROUP BY {_KINDS}, source
"""
_WITH_ALIASES = f"{_DISTINCT_SETS} UNION ALL BY NAME SELECT * FROM aliases"


def follow(stores: Stores, most: int | None = None) -> int:
    """Lets identity read on to the last settled place of the sequence, which is the answer; or through at most so many
    events of the log, which are read whole."""
    stores.recover()
    cursor, until = stores.identity.cursor(), stores.log.settled()
    if most:
        until = min(until, stores.log.reach(cursor, most) or until)
    if cursor < until:
        decided = partial(decisions, stores, until_seq=until)
        stores.identity.follow(until, partial(identifier_sets, stores), decided)
    return until


def follow_or_look(stores: Stores) -> int:
    """The same for one who only looks: while nothing can be written, the answer is how far identity has read."""
    try:
        return follow(stores)
    except CannotWrite:
        return stores.identity.cursor()


def identifier_sets(stores: Stores, after_seq: int, until_seq: int) -> Iterator[pa.Table]:
    """The distinct sets of identifiers of some events, in the order of the sequence."""
    columns, aliases = [*COLUMNS, "occurred_at", "event"], _aliases(stores, after_seq, until_seq)
    with engine(stores.places.cache) as database:
        database.register("events", stores.events(columns, after_seq, until_seq))
        if aliases.num_rows:
            database.register("aliases", aliases)
        wanted = _WITH_ALIASES if aliases.num_rows else _DISTINCT_SETS
        ordered = f"{wanted} ORDER BY seq, previous_id NULLS FIRST"
        for batch in database.sql(ordered).to_arrow_reader(SETS_AT_ONCE):
            yield pa.Table.from_batches([batch]).select(SETS.names).cast(SETS)


def _aliases(stores: Stores, after_seq: int, until_seq: int) -> pa.Table:
    """What aliases say besides their own identifiers: who the account, or the visitor, was before (``SETS``)."""
    columns = ["user_id", "anonymous_id", "properties", "occurred_at", "source", "event"]
    found = stores.events(columns, after_seq, until_seq, f"event = '{ALIAS}'").read_all()
    said: list[dict[str, object]] = []
    for row in found.filter(pc.equal(found["event"], ALIAS)).to_pylist():
        former = _decode(row["properties"] or "{}").previous_id
        if not isinstance(former, str) or not former or former == row["anonymous_id"]:
            continue
        about = {name: row[name] for name in ("seq", "occurred_at", "source", "event")}
        said.append({**about, "anonymous_id": former, "user_id": row["user_id"]})
        if row["user_id"] is None and row["anonymous_id"]:
            said.append({**about, "anonymous_id": row["anonymous_id"], "previous_id": former})
    return pa.Table.from_pylist(said, schema=SETS)


class _Former(msgspec.Struct, rename="camel"):
    previous_id: Any = None


_decode = msgspec.json.Decoder(_Former).decode
