"""What a decision about identity would change: the customers it touches, before and after."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity import COLUMNS, Decision, Moment
from periplo.journeys.columns import I64
from periplo.workspace.journeying import JourneyStore
from periplo.workspace.stores import Stores

_COLUMNS = ("event", *COLUMNS)
_NOBODY = 0


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A customer that a decision touches; the one with the number 0 is nobody, whose events count in totals only."""

    number: int
    name: str
    identifiers: dict[str, list[str]]
    events: int
    orders: int


class Change(msgspec.Struct, frozen=True):
    """The customers that a decision touches: who they are, and who they would be."""

    before: list[Party]
    after: list[Party]


def change(stores: Stores, journeys: JourneyStore, decision: Decision) -> Change:
    """What a decision would change; nothing is changed."""
    before, after = stores.identity.moment(), stores.identity.supposing(decision)
    old, new = before.whose(), after.whose()
    moved = old != new
    mine = np.isin(old, np.setdiff1d(old[moved], _NOBODY)) | np.isin(new, np.setdiff1d(new[moved], _NOBODY))
    numbers = np.unique(old[mine])
    places = journeys.places_of(numbers)
    events = stores.events_at(places, _COLUMNS) if len(places) else None
    sides = ((before, numbers), (after, np.unique(new[mine])))
    return Change(*(list(_parties(moment, found, events)) for moment, found in sides))


def _parties(moment: Moment, numbers: I64, events: pa.Table | None) -> Iterator[Party]:
    whose = moment.customers_of(events) if events else np.zeros(0, np.int64)
    for number, name in zip(numbers.tolist(), moment.names(numbers), strict=True):
        own = events.filter(pa.array(whose == number)) if events else None
        if number == _NOBODY and not own:
            continue
        yield Party(
            number=number,
            name=name,
            identifiers=moment.identifiers(number),
            events=len(own) if own else 0,
            orders=_orders(own) if own else 0,
        )


def _orders(events: pa.Table) -> int:
    """How many orders some events name."""
    return int(pc.count_distinct(pc.binary_join_element_wise(events["order_id"], events["source"], "@")).as_py())
