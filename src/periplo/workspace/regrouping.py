"""Journeys follow who is who: events of customers who were joined or parted go to whom they belong to now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from periplo.identity import COLUMNS, Owners
from periplo.journeys.build import Rows
from periplo.journeys.columns import I64
from periplo.operation.shelf import passed
from periplo.workspace.cache import CachedJourneys
from periplo.workspace.stores import Stores


def regrouped(stores: Stores, old: CachedJourneys, now: Owners) -> tuple[I64, Rows]:
    """The rows of customers whose identifiers are others' by now, and the same events as those of these others.

    A customer who became part of another moves as a whole; of one who was parted, the events themselves are asked.
    """
    journeys = old.journeys
    moved, to, parted = _changes(old.whose, now.whose()[: len(old.whose)])
    rows, apart = journeys.rows_of(moved), journeys.rows_of(parted)
    owner = journeys.customer[np.searchsorted(journeys.offsets, rows, "right") - 1]
    events = journeys.moved(rows, to[np.searchsorted(moved, owner)])
    if len(apart):
        events += journeys.moved(apart, _asked(stores, journeys.seq[apart], now))
    return np.sort(np.append(rows, apart)), events


def _changes(before: I64, after: I64) -> tuple[I64, I64, I64]:
    """The customers who moved as a whole, ascending, and to whom; and those who were parted."""
    changed = np.unique(_each(before, after, lambda some: before[some][before[some] != after[some]]))
    mine = _each(before, after, lambda some: some.start + np.flatnonzero(np.isin(before[some], changed)))
    mine = mine[np.argsort(before[mine], kind="stable")]
    if not len(mine):
        return changed, changed, changed
    starts = np.flatnonzero(np.diff(before[mine], prepend=-1))
    low, high = np.minimum.reduceat(after[mine], starts), np.maximum.reduceat(after[mine], starts)
    whole = low == high
    return changed[whole], low[whole], changed[~whole]


def _each(before: I64, after: I64, what: Callable[[slice], I64]) -> I64:
    """What is found in each part of all identifiers, put together."""
    return np.concatenate([np.empty(0, np.int64), *map(what, passed(len(before), before, after))])


def _asked(stores: Stores, places: I64, now: Owners) -> I64:
    """int64, whose the events at some places of the sequence are, by the identifiers they carry."""
    events = stores.events_at(places, COLUMNS)
    order = np.argsort(events["seq"].to_numpy())
    return now.customers_of(events)[order[np.searchsorted(events["seq"].to_numpy(), places, sorter=order)]]
