"""Cohorts by the period of the first order: who ordered again, how often, for how much (SEMANTICS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.facts import ORDERED, Facts, MoneyFacts
from periplo.analysis.grouping import Grouping, Together
from periplo.analysis.numbers import share
from periplo.analysis.retention.calendar import Calendar
from periplo.analysis.retention.cohorts_result import Cohort, CohortMoney, Return
from periplo.analysis.retention.retention import Mean
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.vocabulary import Taxonomy


@dataclass(frozen=True)
class CohortState:
    """``customers, orders`` int64[groups, cohorts, periods + 1] by period after, the last for all beyond those looked
    at; ``gross, back`` int64[..., currencies]: money of orders, and given back."""

    customers: I64
    orders: I64
    gross: I64
    back: I64


class Placed(NamedTuple):
    """Facts of cohorts: the ``row``, its ``cell`` (group x cohort x period after), its ``customer``."""

    row: I64
    cell: I64
    customer: I64


@dataclass(frozen=True)
class CohortQuestion:
    """``most`` periods after the first are looked at, one by one."""

    taxonomy: Taxonomy
    calendar: Calendar
    grouping: Grouping
    most: int
    mean: Mean
    currencies: tuple[str, ...]
    default_currency: int

    def map(self, part: JourneyColumns) -> CohortState:
        facts, ordered, given_back = self._placed(part)
        pairs = np.unique(ordered.customer * self._columns + ordered.cell % self._columns, return_index=True)[1]
        return CohortState(
            self._tally(ordered.cell[pairs]),
            self._tally(ordered.cell),
            self._money(ordered, facts.money(ordered.row)),
            self._money(given_back, facts.money(given_back.row)),
        )

    def merge(self, left: CohortState, right: CohortState) -> CohortState:
        return CohortState(
            left.customers + right.customers,
            left.orders + right.orders,
            left.gross + right.gross,
            left.back + right.back,
        )

    def finish(self, state: CohortState) -> list[tuple[str, list[Cohort], list[Return]]]:
        """All customers together (named ""), then each group that has any: cohorts and their mean."""
        whole = self._table("", CohortState(*(each.sum(axis=0) for each in _arrays(state))))
        if isinstance(self.grouping, Together):
            return [whole]
        some = np.flatnonzero(state.orders.sum(axis=(1, 2)))
        return [whole, *(self._table(self.grouping.labels[g], _group(state, int(g))) for g in some)]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``cohort/<period>/<periods after>``, and ``/<group>``: 0 is the whole cohort."""
        match ref.split("/", 3):
            case ["cohort", period, after, *group] if period in self.calendar.labels and after.isdecimal():
                if int(after) > self.most or not {*group} <= {*self.grouping.labels}:
                    return None
                _, ordered, _ = self._placed(columns)
                cell = self.calendar.labels.index(period) * self._columns + int(after)
                size = len(self.calendar.labels) * self._columns
                here = ordered.cell % size == cell
                if group:
                    here &= ordered.cell // size == self.grouping.labels.index(group[0])
                return np.unique(ordered.customer[here])
        return None

    @property
    def _columns(self) -> int:
        return self.most + 2

    @property
    def _shape(self) -> tuple[int, int, int]:
        return len(self.grouping.labels), len(self.calendar.labels), self._columns

    def _placed(self, part: JourneyColumns) -> tuple[Facts, Placed, Placed]:
        """The orders of known customers, and what was given back to them from the period of their first order on."""
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        rows = facts.persons(facts.rows(ORDERED))
        first = rows[np.flatnonzero(np.diff(facts.customer(rows), prepend=-1))]
        begun = np.full(part.customers, -1, np.int64)
        begun[facts.customer(first)] = first
        back = facts.persons(facts.given_back.row)
        back = back[begun[facts.customer(back)] >= 0]
        return facts, self._place(facts, rows, begun), self._place(facts, back, begun)

    def _place(self, facts: Facts, rows: I64, begun: I64) -> Placed:
        customer = facts.customer(rows)
        first = begun[customer]
        cohort = self._period(facts.part, first)
        after = self._period(facts.part, rows) - cohort
        group = self.grouping.codes(facts.part, first)
        cell = (group * self._shape[1] + cohort) * self._columns + np.minimum(after, self.most + 1)
        since: Bool = after >= 0
        return Placed(rows[since], cell[since], customer[since])

    def _period(self, part: JourneyColumns, rows: I64) -> I64:
        return np.searchsorted(self.calendar.edges, part.time_us[rows], "right") - 1

    def _tally(self, cell: I64) -> I64:
        return np.bincount(cell, minlength=int(np.prod(self._shape))).reshape(self._shape)

    def _money(self, placed: Placed, paid: MoneyFacts) -> I64:
        shape = (*self._shape, len(self.currencies))
        cell = placed.cell * shape[-1] + paid.currency
        return np.bincount(cell, paid.minor, int(np.prod(shape))).astype(np.int64).reshape(shape)

    def _table(self, name: str, state: CohortState) -> tuple[str, list[Cohort], list[Return]]:
        cohorts = [self._cohort(state, int(c)) for c in np.flatnonzero(state.customers[:, 0])]
        means = [self._mean(state, k) for k in range(min(self.most + 1, self.calendar.over))]
        return name, cohorts, means

    def _cohort(self, state: CohortState, c: int) -> Cohort:
        size, orders = int(state.customers[c, 0]), int(state.orders[c].sum())
        reached = range(min(self.most + 1, len(self.calendar.labels) - c))
        return Cohort(
            period=self.calendar.labels[c],
            customers=size,
            orders=orders,
            orders_per_customer=share(orders, size),
            money=self._sums(state.gross[c].sum(axis=0), state.back[c].sum(axis=0), size),
            returns=[self._return(state, np.array([c]), k) for k in reached],
            last_incomplete=c + reached[-1] >= self.calendar.over,
        )

    def _return(self, state: CohortState, cohorts: I64, after: int) -> Return:
        """Of some cohorts together, so many periods after."""
        size, back = state.customers[cohorts, 0].sum(), state.customers[cohorts, after].sum()
        orders = int(state.orders[cohorts, after].sum())
        gross, given_back = (each[cohorts, after].sum(axis=0) for each in (state.gross, state.back))
        return Return(
            after=after,
            customers=int(back),
            rate=share(back, size),
            orders=orders,
            orders_per_customer=share(orders, size),
            money=self._sums(gross, given_back, int(size)),
            complete=int(cohorts.max(initial=0)) + after < self.calendar.over,
        )

    def _mean(self, state: CohortState, after: int) -> Return:
        """Over the cohorts for which the period is over."""
        over = np.arange(self.calendar.over - after)
        found = self._return(state, over, after)
        if self.mean == "weighted":
            return found
        each = [self._return(state, np.array([c]), after) for c in over[state.customers[over, 0] > 0]]
        rates = [(one.rate, one.orders_per_customer) for one in each] or [(0.0, 0.0)]
        rate, orders = np.mean(rates, axis=0).tolist()
        return Return(
            after=after,
            customers=found.customers,
            rate=rate,
            orders=found.orders,
            orders_per_customer=orders,
            money=found.money,
            complete=True,
        )

    def _sums(self, gross: I64, back: I64, size: int) -> list[CohortMoney]:
        return [
            CohortMoney(
                currency=self.currencies[m],
                gross_minor=int(gross[m]),
                net_minor=int(gross[m] - back[m]),
                net_per_customer=share(gross[m] - back[m], size),
            )
            for m in np.flatnonzero((gross != 0) | (back != 0))
        ]


def _arrays(state: CohortState) -> tuple[I64, I64, I64, I64]:
    return state.customers, state.orders, state.gross, state.back


def _group(state: CohortState, g: int) -> CohortState:
    return CohortState(*(each[g] for each in _arrays(state)))
