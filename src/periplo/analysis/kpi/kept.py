"""Customers kept from one period to the next: the share of them, and what keeping one cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import ORDERED, Facts, currencies_of
from periplo.analysis.grouping import ByPeriod, Grouping, Together
from periplo.analysis.kpi.buyers import costs
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.numbers import share
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns
from periplo.vocabulary import Taxonomy

RATE, COST = "retention_rate", "retention_cost"
BEFORE = "orders in the period before"
_COLUMN = "retention_cost_minor"


class Buyers(NamedTuple):
    """The ``number`` of each known customer with an order, ascending, and the ``group`` of the first one."""

    number: I64
    group: I64


@dataclass(frozen=True)
class Kept:
    """``grouping`` of the period before; where it is ``periods`` of this one, each is held against the one before it,
    of those named in ``whole``."""

    taxonomy: Taxonomy
    now: JourneyColumns
    earlier: JourneyColumns | None
    grouping: Grouping
    currency: str | None
    whole: tuple[str, ...] = ()

    def figures(self) -> Iterator[Kpi]:
        before, kept = self._before
        groups: list[tuple[str | None, Bool]] = [(None, np.ones(len(kept), np.bool_))]
        if not isinstance(self.grouping, Together | ByPeriod):
            groups += [(name, before.group == g) for g, name in enumerate(self.grouping.labels)]
        for name, here in groups:
            if here.any() or name is None:
                yield self._rate(name, int(kept[here].sum()), int(here.sum()))
        if isinstance(self.grouping, ByPeriod):
            yield from self._over_time(self.grouping)
        yield from self._costs(int(kept.sum()))

    def behind(self, ref: str) -> I64 | None:
        """``kpi/retention_rate`` or ``kpi/retention_cost``, the first also ``/<group>``: those who ordered again."""
        match ref.split("/", 2):
            case ["kpi", name, *group] if name in (RATE, COST) and self.earlier is not None:
                before, kept = self._before
                here = kept
                if group:
                    if name == COST or isinstance(self.grouping, ByPeriod) or group[0] not in self.grouping.labels:
                        return None
                    here = kept & (before.group == self.grouping.labels.index(group[0]))
                return np.searchsorted(self.now.customer, before.number[here]).astype(np.int64)
        return None

    @cached_property
    def _before(self) -> tuple[Buyers, Bool]:
        """The buyers of the period before, and which of them ordered again."""
        if self.earlier is None:
            return Buyers(np.empty(0, np.int64), np.empty(0, np.int64)), np.empty(0, np.bool_)
        grouping = Together() if isinstance(self.grouping, ByPeriod) else self.grouping
        before = self._buyers(self.earlier, grouping)
        return before, np.isin(before.number, self._buyers(self.now, Together()).number)

    def _buyers(self, columns: JourneyColumns, grouping: Grouping) -> Buyers:
        rows, customer = self._orders(columns)
        first = np.flatnonzero(np.diff(customer, prepend=-1))
        return Buyers(columns.customer[customer[first]], grouping.codes(columns, rows[first]))

    def _orders(self, columns: JourneyColumns) -> tuple[I64, I64]:
        facts = Facts(columns, self.taxonomy, ("",), 0)
        rows = facts.persons(facts.rows(ORDERED))
        return rows, facts.customer(rows)

    def _over_time(self, periods: ByPeriod) -> Iterator[Kpi]:
        rows, customer = self._orders(self.now)
        size = len(periods.labels) + 1
        pairs = np.unique(customer * size + periods.codes(self.now, rows))
        again = np.isin(pairs + 1, pairs)
        for place, (before, name) in enumerate(zip(periods.labels, periods.labels[1:], strict=False)):
            here = pairs % size == place
            if before in self.whole and name in self.whole and here.any():
                yield self._rate(name, int(again[here].sum()), int(here.sum()))

    def _rate(self, group: str | None, kept: int, buyers: int) -> Kpi:
        return Kpi(
            id=RATE,
            label="retention rate",
            meaning="Customers who ordered in the period before and again in this one / customers who ordered in the "
            "period before.",
            unit="share",
            value=share(kept, buyers) if buyers else None,
            n=buyers,
            group=group,
            missing=[] if buyers else [BEFORE],
        )

    def _costs(self, kept: int) -> Iterator[Kpi]:
        """Per currency what was spent in the period before, over those who came back in this one."""
        names, default = currencies_of(self.now, self.currency)
        spent = self._spent(names, default)
        known = self.now.properties.column(_COLUMN) is not None
        lacking = [*([] if known else [_COLUMN]), *([] if len(self._before[1]) else [BEFORE])]
        some = np.flatnonzero(spent) if kept and not lacking else ()
        for m in some:
            yield kept_cost(float(spent[m]) / kept, kept, names[m])
        if not len(some):
            yield kept_cost(None, kept, "", lacking)

    def _spent(self, names: tuple[str, ...], default: int) -> F64:
        if self.earlier is None:
            return np.zeros(len(names))
        cost = costs(self.earlier, _COLUMN)
        rows = np.flatnonzero(~np.isnan(cost))
        currency = Facts(self.earlier, self.taxonomy, names, default).money(rows).currency
        spent: F64 = np.bincount(currency, cost[rows], len(names)).astype(np.float64)
        return spent


def kept_cost(value: float | None, kept: int, currency: str, missing: list[str] | None = None) -> Kpi:
    return Kpi(
        id=COST,
        label="retention cost",
        meaning="Spent on keeping customers in the period before / customers who ordered then and again in this one.",
        unit="money",
        value=value,
        n=kept,
        currency=currency or None,
        missing=missing or [],
        less_is_better=True,
    )
