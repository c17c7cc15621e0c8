"""Cohorts by the month of the first order, and who ordered again in the months after (SEMANTICS 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.facts import ORDERED, Facts
from periplo.analysis.numbers import share
from periplo.analysis.periods import last_is_over, periods
from periplo.analysis.result import Definition, Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.language import Lang, number, percent, t
from periplo.vocabulary import Taxonomy


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a cohort ordered in the calendar month ``after`` months later; 0 is the month itself."""

    after: int
    customers: int
    rate: float


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The customers whose first order was in ``month``. The return in a month that is not over is marked."""

    month: str
    customers: int
    returns: list[Return]
    last_incomplete: bool


class Cohorts(Result, frozen=True, kw_only=True):
    """Monthly cohorts. ``mean`` weights each cohort by its customers and takes only months that are over."""

    cohorts: list[Cohort]
    mean: list[Return]

    def rows(self) -> list[Mapping[str, Any]]:
        return [
            {"month": cohort.month, "size": cohort.customers, **msgspec.structs.asdict(each)}
            | {"complete": not (cohort.last_incomplete and each is cohort.returns[-1])}
            for cohort in self.cohorts
            for each in cohort.returns
        ]

    def shown(self, lang: Lang) -> Shown:
        most = max((len(cohort.returns) for cohort in self.cohorts), default=0)
        heads = [t("first order", lang), t("customers", lang), *(f"+{k}" for k in range(1, most))]
        rows = [_cells(cohort, most, lang) for cohort in self.cohorts]
        mean = [percent(each.rate, lang) for each in self.mean[1:]]
        rows.append([t("mean", lang), "", *mean, *[""] * (max(most - 1, 0) - len(mean))])
        return Shown(t("Monthly cohorts", lang), heads, rows)


@dataclass(frozen=True)
class CohortQuestion:
    """``starts`` (us) and ``labels`` of the months of the window; ``last_incomplete``: the last of them is not over."""

    taxonomy: Taxonomy
    starts: I64
    labels: tuple[str, ...]
    last_incomplete: bool

    @classmethod
    def of(cls, columns: JourneyColumns, taxonomy: Taxonomy, zone: str) -> CohortQuestion:
        starts, labels = periods(columns.since_us, columns.until_us, zone, "month")
        over = last_is_over(columns.since_us, columns.until_us, zone, "month")
        return cls(taxonomy, starts, labels, not over)

    def map(self, part: JourneyColumns) -> I64:
        """int64[months, months]: customers by the month of their first order and each month they ordered in."""
        _, first, month = self._active(part)
        months = len(self.labels)
        return np.bincount(first * months + month, minlength=months * months).reshape(months, months)

    def merge(self, left: I64, right: I64) -> I64:
        return left + right

    def finish(self, state: I64) -> tuple[list[Cohort], list[Return]]:
        months = len(self.labels)
        cohorts = [self._cohort(state, c) for c in range(months) if state[c, c]]
        return cohorts, [self._mean(state, k) for k in range(months - self.last_incomplete)]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``cohort/<month>/<months after>``: 0 is the whole cohort."""
        match ref.split("/"):
            case ["cohort", month, after] if month in self.labels and after.isdecimal():
                customer, first, active = self._active(columns)
                cohort = self.labels.index(month)
                return np.unique(customer[(first == cohort) & (active == cohort + int(after))])
        return None

    def _active(self, part: JourneyColumns) -> tuple[I64, I64, I64]:
        """Each customer and month with an order, once: the customer, the month of their first order, the month."""
        facts = Facts(part, self.taxonomy, ("",), 0)
        rows = facts.persons(facts.rows(ORDERED))
        pairs = np.unique(facts.customer(rows) * len(self.labels) + self._month(part, rows))
        customer, month = np.divmod(pairs, max(len(self.labels), 1))
        begins = np.flatnonzero(np.diff(customer, prepend=-1))
        first = np.repeat(month[begins], np.diff(np.append(begins, len(month))))
        return customer, first, month

    def _month(self, part: JourneyColumns, rows: I64) -> I64:
        return np.searchsorted(self.starts, part.time_us[rows], "right") - 1

    def _cohort(self, state: I64, c: int) -> Cohort:
        returns = [_return(k, state[c, c + k], state[c, c]) for k in range(len(self.labels) - c)]
        return Cohort(
            month=self.labels[c],
            customers=int(state[c, c]),
            returns=returns,
            last_incomplete=self.last_incomplete,
        )

    def _mean(self, state: I64, after: int) -> Return:
        """Over the cohorts whose month ``after`` later is over."""
        cohorts = np.arange(len(self.labels) - self.last_incomplete - after)
        return _return(after, state[cohorts, cohorts + after].sum(), state[cohorts, cohorts].sum())


DEFINITION = Definition(
    "Customers by the calendar month of their first order, and how many of them ordered again in each month after. The "
    "mean weights cohorts by their customers and leaves out months that are not over. Only known customers."
)


def _return(after: int, customers: int, size: int) -> Return:
    return Return(after=after, customers=int(customers), rate=share(customers, size))


def _cells(cohort: Cohort, most: int, lang: Lang) -> list[str]:
    shown = [percent(each.rate, lang) for each in cohort.returns[1:]]
    if cohort.last_incomplete and shown:
        shown[-1] += " *"
    return [cohort.month, number(cohort.customers, lang), *shown, *[""] * (most - len(cohort.returns))]
