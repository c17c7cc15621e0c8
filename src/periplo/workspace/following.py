"""Identity follows the log and the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial, reduce
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import CannotWrite
from periplo.identity import ALIAS, COLUMNS, KINDS, SETS, order_keys
from periplo.operation.disk import written
from periplo.operation.distributed import Distributed
from periplo.workspace.decisions import decisions
from periplo.workspace.recording import unreadable
from periplo.workspace.stores import Stores

EVENTS_AT_ONCE, MOST_FILES = 100_000, 256

ORDER = "order"

_ABOUT = ("seq", "occurred_at", "source", "event")
_READ = (*COLUMNS, "occurred_at", "event")


def follow(stores: Stores, most: int | None = None) -> int:
    """Lets identity read on to the last settled place of the sequence, which is the answer; or through at most so many
    events of the log, which are read whole."""
    stores.recover()
    cursor, until = stores.identity.cursor(), stores.log.settled()
    if most:
        until = min(until, stores.log.reach(cursor, most) or until)
    if cursor < until:
        decided = partial(decisions, stores, until_seq=until)
        with written("cache"):  # where it works while there is much to read
            stores.identity.follow(until, partial(identifier_sets, stores), decided)
    return until


def follow_or_look(stores: Stores) -> int:
    """The same for one who only looks: while nothing can be written, the answer is how far identity has read."""
    try:
        return follow(stores)
    except CannotWrite:
        return stores.identity.cursor()


def identifier_sets(stores: Stores, after_seq: int, until_seq: int) -> Iterator[pa.Table]:
    """The sets of identifiers that some events carry, in the order of the sequence: of so many events each once. What
    turns out to be no event goes into the quarantine: the archive, which puts it there too, may be weeks away."""
    aliases = _aliases(stores, after_seq, until_seq)
    for events in _in_order(stores, after_seq, until_seq):
        here = pc.less_equal(aliases["seq"], events["seq"][-1])
        yield _with_aliases(distinct_sets(events), aliases.filter(here))
        aliases = aliases.filter(pc.invert(here))
    if refused := stores.log.refused(after_seq, until_seq):
        stores.quarantine.put_faults(unreadable(one.receipt, one.raw, one.why) for one in refused)


def _with_aliases(sets: pa.Table, aliases: pa.Table) -> pa.Table:
    """Both in the order of the sequence: what an alias names comes before what it says of that."""
    if not aliases.num_rows:
        return sets
    both = pa.concat_tables([sets, aliases])
    says = both["previous_id"].is_valid().to_numpy()
    return both.take(pa.array(np.lexsort((says, both["seq"].to_numpy()))))


def distinct_sets(events: pa.Table) -> pa.Table:
    """The distinct sets of identifiers (schema ``SETS``) of events in order, each as the first of its events has it."""
    columns = {kind: events[kind] for kind in KINDS if kind != ORDER}
    columns[ORDER] = order_keys(events["order_id"], events["source"])
    carried = [kind for kind, column in columns.items() if column.null_count < len(column)]
    if not carried:
        return SETS.empty_table()
    columns |= {"previous_id": pa.nulls(events.num_rows, pa.string())} | {name: events[name] for name in _ABOUT}
    sets, keys = pa.table({name: columns[name] for name in SETS.names}, SETS), [*carried, "source"]
    some = reduce(pc.or_, (pc.is_valid(columns[kind]) for kind in carried))
    numbered = sets.select(keys).append_column("row", pa.array(np.arange(len(sets)))).filter(some)
    first = numbered.group_by(keys, use_threads=False).aggregate([("row", "min")])["row_min"]
    return sets.take(pa.array(np.sort(first.to_numpy())))


def _in_order(stores: Stores, after_seq: int, until_seq: int) -> Iterator[pa.Table]:
    """The events between two places, in the order of the sequence, some at a time. They come in no order: many of them
    are distributed to files by their places first."""
    count, events = until_seq - after_seq, stores.events(_READ, after_seq, until_seq)
    files = min(-(-count // EVENTS_AT_ONCE), MOST_FILES)
    if files == 1:
        yield from _sorted(events.read_all())
        return
    stores.places.cache.mkdir(parents=True, exist_ok=True)
    with closing(Distributed(stores.places.cache, files)) as disk:
        for batch in events:
            disk.add(pa.Table.from_batches([batch]), (batch["seq"].to_numpy() - after_seq - 1) * files // count)
        for file in disk.files():
            yield from _sorted(pa.concat_tables([events.schema.empty_table(), *file]))


def _sorted(events: pa.Table) -> Iterator[pa.Table]:
    if events.num_rows:
        yield events.take(pa.array(np.argsort(events["seq"].to_numpy(), kind="stable")))


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
