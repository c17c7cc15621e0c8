"""Lines of orders that are already in the shop: refused once and mended since, they reach the order's event.

The event is written anew in the archive, in one commit, at a new place in the sequence. It names the lines it took in,
so that none is ever added twice, whatever is killed or repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from uuid import uuid4

import numpy as np
import pyarrow as pa

from periplo.events.model import Event, from_batch, to_batch
from periplo.events.schema import EVENTS, STORED
from periplo.intake import IntakeBatch, OfLines
from periplo.lake import Snapshot, one_of
from periplo.workspace.orders import also_took, took, with_lines
from periplo.workspace.stores import Stores

Key = tuple[str, str]


@dataclass(frozen=True)
class Mended:
    """What some rows, read again, are to the shop.

    ``fresh``      batches without the orders that the shop has
    ``corrected``  those orders, with the new lines in them; ``lines`` how many these are
    ``already``    the ids of rows that are in their orders already: nothing is written before they are left out
    ``unfit``      lines in another currency than their order
    """

    fresh: list[IntakeBatch]
    corrected: list[Event]
    lines: int
    already: set[str]
    unfit: set[int]


def sort_out(archive: Snapshot, batches: Sequence[IntakeBatch], row_of: Mapping[int, str]) -> Mended:
    """Tells new orders from those the archive has. ``row_of``: the id of the row at each line of the file."""
    known = _known(archive, batches)
    found = Mended([], [], 0, set(), set())
    for batch in batches:
        found = _add(found, batch, batch.of_lines, known, row_of) if batch.of_lines else _keep(found, batch)
    return found


def correct(stores: Stores, events: Sequence[Event]) -> None:
    """Writes orders of the archive anew. Only with the lock held."""
    if not events:
        return
    import_id = uuid4().hex
    with stores.log.reserve(len(events), import_id) as first:
        places = pa.array(np.arange(first, first + len(events)))
        table = pa.Table.from_arrays([places, *to_batch(events).columns], schema=STORED)
        note = {"import_id": import_id, "first_seq": first, "last_seq": first + len(events) - 1}
        stores.lake.correct(table, note=note)


def _known(archive: Snapshot, batches: Sequence[IntakeBatch]) -> dict[Key, Event]:
    """The orders that the archive has, by their keys."""
    made = [batch.events.select(["source", "event_id"]).to_pylist() for batch in batches if batch.of_lines]
    keys = {(row["source"], row["event_id"]) for row in chain.from_iterable(made)}
    if not keys:
        return {}
    where = one_of("event_id", {event_id for _, event_id in keys})
    events = from_batch(archive.scan(EVENTS.names, where=where).read_all())
    return {key: one for one in events if (key := (one.source, one.event_id)) in keys}


def _keep(found: Mended, batch: IntakeBatch) -> Mended:
    return replace(found, fresh=[*found.fresh, batch])


def _add(
    found: Mended, batch: IntakeBatch, of_lines: OfLines, known: Mapping[Key, Event], row_of: Mapping[int, str]
) -> Mended:
    fresh, corrected, lines, already, unfit = list[Event](), list[Event](), 0, set(found.already), set(found.unfit)
    sizes, gone = list[int](), 0
    for new, places, rows in zip(
        from_batch(batch.events), of_lines.lines.to_pylist(), batch.rows_of_event.tolist(), strict=True
    ):
        ids = {row_of[place] for place in places}
        old = known.get((new.source, new.event_id)) if places else None
        if old is None:
            fresh.append(also_took(new, ids) if places else new)
            sizes.append(rows)
            continue
        gone += rows
        already |= took(old) & ids
        whole = with_lines(old, new, of_lines)
        if whole is None:
            unfit.update(places)
        else:
            corrected.append(also_took(whole, ids))
            lines += rows
    rest = IntakeBatch(to_batch(fresh), batch.rows - gone, np.array(sizes, np.int64), batch.rejects)
    return Mended([*found.fresh, rest], [*found.corrected, *corrected], found.lines + lines, already, unfit)
