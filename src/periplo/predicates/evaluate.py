"""Evaluates predicates over journeys as columns (law 4): names are compared as codes, windows counted by kernels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from periplo.predicates import kernels
from periplo.predicates.clock import instant_us, length_us
from periplo.predicates.properties import I64, Bool, Columns, property_mask
from periplo.predicates.tree import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    InSegment,
    Not,
    Predicate,
    Sequence,
    over_customer,
)


def evaluate(predicate: Predicate, columns: Columns) -> Bool:
    """The truth at each event's instant, counting that event (bool[m])."""
    match predicate:
        case EventIs():
            return _event_is(predicate, columns)
        case All(parts=parts):
            return reduce(np.logical_and, (evaluate(part, columns) for part in parts))
        case AnyOf(parts=parts):
            return reduce(np.logical_or, (evaluate(part, columns) for part in parts))
        case Not(part=part):
            return ~evaluate(part, columns)
        case InSegment(where=where):
            return evaluate(where, columns)
        case Did():
            counts = np.empty(len(columns.time_us), np.int32)
            counted = _counted(predicate, columns)
            kernels.counts_so_far(columns.offsets, columns.time_us, counted, length_us(predicate.within), counts)
            return _enough(predicate, counts)
        case FirstTouch(what=what):
            return np.repeat(_first_touch(what, columns), np.diff(columns.offsets))
        case Sequence():
            return _sequence(predicate, columns)


def evaluate_customers(predicate: Predicate, columns: Columns, at_us: int | None = None) -> Bool:
    """The truth for each customer at an instant (bool[n]), by default the end of the window.

    With no event at hand, a condition on an event means that some event of the customer fulfils it.
    """
    return _customers(over_customer(predicate), columns, columns.until_us if at_us is None else at_us)


def _customers(predicate: Predicate, columns: Columns, at: int) -> Bool:
    match predicate:
        case All(parts=parts):
            return reduce(np.logical_and, (_customers(part, columns, at) for part in parts))
        case AnyOf(parts=parts):
            return reduce(np.logical_or, (_customers(part, columns, at) for part in parts))
        case Not(part=part):
            return ~_customers(part, columns, at)
        case InSegment(where=where):
            return _customers(where, columns, at)
        case Did(within=within):
            counts = np.empty(len(columns.offsets) - 1, np.int32)
            holds = by_name(predicate.what, columns.event_names)
            always = within is None and predicate.since is None and predicate.until is None
            if holds is not None and always and at >= columns.until_us:
                kernels.counts_of(columns.offsets, columns.event, holds, counts)
            else:
                counted = _counted(predicate, columns)
                kernels.counts_at(columns.offsets, columns.time_us, counted, at, length_us(within), counts)
            return _enough(predicate, counts)
        case FirstTouch() | Sequence():
            return _at(evaluate(predicate, columns), _last_rows(columns, at))
        case EventIs():
            raise AssertionError("over_customer leaves no condition on an event")


def by_name(predicate: Predicate, event_names: Iterable[str]) -> Bool | None:
    """For each event name whether the predicate holds, where the name alone decides; else None."""
    match predicate:
        case EventIs(names=names, where=()):
            return np.array([not names or name in names for name in event_names], np.bool_)
        case All(parts=parts) | AnyOf(parts=parts):
            each = [by_name(part, event_names) for part in parts]
            known = [part for part in each if part is not None]
            join = np.logical_and if isinstance(predicate, All) else np.logical_or
            return reduce(join, known) if len(known) == len(parts) else None
        case Not(part=part):
            inner = by_name(part, event_names)
            return None if inner is None else ~inner
        case _:
            return None


def _event_is(predicate: EventIs, columns: Columns) -> Bool:
    names = by_name(EventIs(names=predicate.names), columns.event_names)
    mask: Bool = np.asarray(names)[columns.event]
    for test in predicate.where:
        mask &= property_mask(test, columns)
    return mask


def _counted(did: Did, columns: Columns) -> Bool:
    """The events that count: where ``what`` holds, from ``since`` on and before ``until``."""
    mask = evaluate(did.what, columns)
    if did.since is not None:
        mask = mask & (columns.time_us >= instant_us(did.since))
    if did.until is not None:
        mask = mask & (columns.time_us < instant_us(did.until))
    return mask


def _enough(did: Did, counts: NDArray[np.int32]) -> Bool:
    enough = counts >= did.at_least
    return np.asarray(enough if did.at_most is None else enough & (counts <= did.at_most))


def _sequence(sequence: Sequence, columns: Columns) -> Bool:
    steps = np.stack([evaluate(step, columns) for step in sequence.steps], axis=1)
    done = np.empty(len(columns.time_us), np.bool_)
    kernels.sequence_so_far(columns.offsets, columns.time_us, steps, length_us(sequence.within), done)
    return done


def _first_touch(what: Predicate, columns: Columns) -> Bool:
    """For each customer whether ``what`` held at the first event (False without events)."""
    some = np.diff(columns.offsets) > 0
    return _at(evaluate(what, columns), np.where(some, columns.offsets[:-1], -1))


def _last_rows(columns: Columns, at: int) -> I64:
    rows = np.empty(len(columns.offsets) - 1, np.int64)
    kernels.last_rows(columns.offsets, columns.time_us, at, rows)
    return rows


def _at(mask: Bool, rows: I64) -> Bool:
    """The mask at some rows; False for row -1."""
    return np.asarray(np.append(mask, False)[rows])
