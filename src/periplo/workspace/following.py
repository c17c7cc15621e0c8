"""Identity follows the log and the archive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from periplo.identity import COLUMNS, KINDS, SETS
from periplo.workspace.decisions import decisions
from periplo.workspace.engine import engine
from periplo.workspace.stores import Stores

SETS_AT_ONCE = 250_000

_KINDS = ", ".join(f'"{kind}"' for kind in KINDS)
_DISTINCT_SETS = f"""
    SELECT {_KINDS}, min(seq) AS seq, min_by(occurred_at, seq) AS occurred_at, source, min_by(event, seq) AS event
    FROM (SELECT *, order_id || '@' || source AS "order" FROM events)
    WHERE coalesce({_KINDS}) IS NOT NULL
    GROUP BY {_KINDS}, source ORDER BY seq
"""


def follow(stores: Stores) -> int:
    """Lets identity read on to the last settled place of the sequence, which is the answer."""
    stores.recover()
    settled = stores.log.settled()
    if stores.identity.cursor() < settled:
        decided = partial(decisions, stores, until_seq=settled)
        stores.identity.follow(settled, partial(identifier_sets, stores), decided)
    return settled


def identifier_sets(stores: Stores, after_seq: int, until_seq: int) -> Iterator[pa.Table]:
    """The distinct sets of identifiers of some events, in the order of the sequence."""
    with engine(stores.places.cache) as database:
        database.register("events", stores.events([*COLUMNS, "occurred_at", "event"], after_seq, until_seq))
        for batch in database.sql(_DISTINCT_SETS).to_arrow_reader(SETS_AT_ONCE):
            yield pa.Table.from_batches([batch]).select(SETS.names).cast(SETS)
