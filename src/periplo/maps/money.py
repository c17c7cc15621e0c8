"""Orders and money per stage and currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from periplo.analysis import Journeys
from periplo.journeys.columns import F64, I64, Coded, JourneyColumns
from periplo.predicates import Predicate, evaluate

NO_STAGE = -1
Stages = Sequence[tuple[str, Predicate]]


@dataclass(frozen=True)
class Money:
    """Of one stage and currency: how many events moved money, and how much (minor units)."""

    currency: str
    events: int
    minor: int


Flows = Mapping[str, tuple[Money, ...]]


@dataclass(frozen=True)
class Moved:
    """The events that moved money one way: where they stand, in which stage, how much, in which of ``currencies``."""

    rows: I64
    stage: I64
    minor: F64
    currency: I64
    currencies: tuple[str, ...]


def money_by_stage(journeys: Journeys, stages: Stages, way: str) -> Flows:
    """Per stage id the money that came ``in`` (orders) or went ``out`` (given back), the most frequent currency first.

    An event without an amount counts with 0; one without a currency has the shop's.
    """
    moved = _moved(journeys, stages, way)
    return {
        name: _summed(moved, moved.stage == place)
        for place, (name, _) in enumerate(stages)
        if np.any(moved.stage == place)
    }


def customers_of_money(journeys: Journeys, stages: Stages, stage: str, way: str, currency: str) -> I64:
    """The customers whose money moved in a stage; all currencies where ``currency`` is empty."""
    moved = _moved(journeys, stages, way)
    mine = moved.stage == [name for name, _ in stages].index(stage)
    if currency:
        mine &= np.array(moved.currencies)[moved.currency] == currency
    return np.unique(_owners(journeys.columns, moved.rows[mine]))


def _moved(journeys: Journeys, stages: Stages, way: str) -> Moved:
    columns, kinds = journeys.columns, journeys.taxonomy.events
    wanted = np.array([name in kinds and kinds[name].money == way for name in columns.event_names], np.bool_)
    rows = np.flatnonzero(wanted[columns.event]) if wanted.any() else np.empty(0, np.int64)
    amount = columns.properties.column("revenue_minor") if len(rows) else None
    minor = np.nan_to_num(amount[rows]) if isinstance(amount, np.ndarray) else np.zeros(len(rows))
    currency, currencies = _currencies(columns, rows, journeys.currency or "")
    return Moved(rows, _stage_at(columns, stages, rows), minor, currency, currencies)


def _stage_at(columns: JourneyColumns, stages: Stages, rows: I64) -> I64:
    """The stage of the events at ``rows``: the first whose predicate holds; none for events of strangers."""
    stage = np.full(len(rows), NO_STAGE, np.int64)
    if len(rows):
        for place in range(len(stages) - 1, -1, -1):
            stage[evaluate(stages[place][1], columns)[rows]] = place
        stage[~columns.person[_owners(columns, rows)]] = NO_STAGE
    return stage


def _owners(columns: JourneyColumns, rows: I64) -> I64:
    return np.searchsorted(columns.offsets, rows, "right") - 1


def _currencies(columns: JourneyColumns, rows: I64, usual: str) -> tuple[I64, tuple[str, ...]]:
    """Which currency each row has, and all there are."""
    column = columns.properties.column("currency") if len(rows) else None
    if not isinstance(column, Coded):
        return np.zeros(len(rows), np.int64), (usual,)
    names = tuple(dict.fromkeys((*column.values, usual)))
    codes = column.codes[rows].astype(np.int64)
    return np.where(codes < 0, names.index(usual), codes), names


def _summed(moved: Moved, mine: np.ndarray) -> tuple[Money, ...]:
    events = np.bincount(moved.currency[mine], minlength=len(moved.currencies))
    minor = np.bincount(moved.currency[mine], moved.minor[mine], minlength=len(moved.currencies))
    found = (Money(name, int(n), round(float(m))) for name, n, m in zip(moved.currencies, events, minor, strict=True))
    return tuple(sorted((money for money in found if money.events), key=lambda money: -money.events))
